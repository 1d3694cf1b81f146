import { enterExperiments } from "../experiments.ts";

L.enterExperiments = enterExperiments;
