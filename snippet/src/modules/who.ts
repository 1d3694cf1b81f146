import { whoVisits } from "../audience.ts";

L.whoVisits = whoVisits;
