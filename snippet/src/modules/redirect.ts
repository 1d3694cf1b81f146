import { leave } from "../redirect.ts";

L.leave = leave;
