import { happened } from "../triggers.ts";

L.happened = happened;
