import { enterExperiments, trimLedger } from "../experiments.ts";
import { expose } from "../ledger.ts";

L.enterExperiments = enterExperiments;
L.trimLedger = trimLedger;
L.expose = expose;
