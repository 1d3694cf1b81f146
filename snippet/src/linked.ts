/**
 * The object that the linked modules hang their parts on; the core, which comes last, finds them there. A part that
 * the plan has no use for is not linked. May not know what the parts do.
 */

import type { watchAddress } from "./address.ts";
import type { whoVisits } from "./audience.ts";
import type { channelOf } from "./channel.ts";
import type { enterExperiments, trimLedger } from "./experiments.ts";
import type { convert, goalsNamed } from "./goals.ts";
import type { placing } from "./insert.ts";
import type { expose } from "./ledger.ts";
import type { applyOps } from "./ops.ts";
import type { matchesPage } from "./pages.ts";
import type { Plan } from "./plan.ts";
import type { leave } from "./redirect.ts";
import type { scriptTask } from "./script.ts";
import type { applyStyle } from "./style.ts";
import type { goalsHappened, goalsTouched, goalsVisited } from "./triggers.ts";

export interface Linked {
  /** The plan. */
  readonly p: Plan;
  /** Its digest. */
  readonly d: string;
  /** The scripts that the plan's ops run, by number. */
  readonly s?: readonly (() => void)[];
  matchesPage?: typeof matchesPage;
  applyStyle?: typeof applyStyle;
  applyOps?: typeof applyOps;
  placing?: typeof placing;
  scriptTask?: typeof scriptTask;
  whoVisits?: typeof whoVisits;
  channelOf?: typeof channelOf;
  leave?: typeof leave;
  enterExperiments?: typeof enterExperiments;
  trimLedger?: typeof trimLedger;
  expose?: typeof expose;
  convert?: typeof convert;
  goalsNamed?: typeof goalsNamed;
  /** The events that may reach goals, and which they reach. */
  touches?: readonly (readonly [type: "click" | "submit", goalsOf: typeof goalsTouched])[];
  goalsVisited?: typeof goalsVisited;
  goalsHappened?: typeof goalsHappened;
  watchAddress?: typeof watchAddress;
}

declare global {
  /** The parameter of the function that the linker wraps around the modules. */
  const L: Linked;
}
