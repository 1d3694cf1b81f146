import { visited } from "../triggers.ts";

L.visited = visited;
