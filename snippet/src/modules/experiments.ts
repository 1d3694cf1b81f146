import { enter } from "../experiments.ts";

L.enter = enter;
