import { placing } from "../insert.ts";

L.placing = placing;
