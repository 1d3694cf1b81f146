import { apply } from "../ops.ts";

L.ops = apply;
