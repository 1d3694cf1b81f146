import { applyOps } from "../ops.ts";

L.applyOps = applyOps;
