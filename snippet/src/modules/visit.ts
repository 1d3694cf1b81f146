import { goalsVisited } from "../triggers.ts";

L.goalsVisited = goalsVisited;
