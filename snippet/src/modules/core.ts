import { start } from "../core.ts";
import { quiet } from "../quiet.ts";

quiet(start)(L);
