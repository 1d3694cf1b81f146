import { matchesPage } from "../pages.ts";

L.matchesPage = matchesPage;
