/**
 * The object that the linked modules hang their parts on; the core, which comes last, finds them there. A part that
 * the plan has no use for is not linked. May not know what the parts do.
 */

import type { enterExperiments, trimLedger } from "./experiments.ts";
import type { convert, goalsNamed } from "./goals.ts";
import type { expose } from "./ledger.ts";
import type { applyOps } from "./ops.ts";
import type { matchesPage } from "./pages.ts";
import type { Plan } from "./plan.ts";
import type { applyStyle } from "./style.ts";
import type { goalsClicked, goalsHappened, goalsVisited } from "./triggers.ts";

export interface Linked {
  /** The plan. */
  readonly p: Plan;
  /** Its digest. */
  readonly d: string;
  matchesPage?: typeof matchesPage;
  applyStyle?: typeof applyStyle;
  applyOps?: typeof applyOps;
  enterExperiments?: typeof enterExperiments;
  trimLedger?: typeof trimLedger;
  expose?: typeof expose;
  convert?: typeof convert;
  goalsNamed?: typeof goalsNamed;
  goalsClicked?: typeof goalsClicked;
  goalsVisited?: typeof goalsVisited;
  goalsHappened?: typeof goalsHappened;
}

declare global {
  /** The parameter of the function that the linker wraps around the modules. */
  const L: Linked;
}
