import { matches } from "../pages.ts";

L.matches = matches;
