import { clicked } from "../triggers.ts";

L.clicked = clicked;
