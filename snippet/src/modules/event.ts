import { goalsHappened } from "../triggers.ts";

L.goalsHappened = goalsHappened;
