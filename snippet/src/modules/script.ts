import { scriptTask } from "../script.ts";

L.scriptTask = scriptTask;
