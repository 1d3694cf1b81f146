import { goalsClicked } from "../triggers.ts";

L.goalsClicked = goalsClicked;
