/**
 * Puts the visitor into the plan's experiments and shows the variations.
 * May not know how the ledger is kept or how anything is reported.
 */

import { minuteNow } from "./clock.ts";
import { decide, heldOut } from "./decide.ts";
import { factsOf } from "./facts.ts";
import { type Change, happen } from "./ledger.ts";
import { applyOps } from "./ops.ts";
import type { Experiment } from "./plan.ts";
import { encode, type Kept } from "./record.ts";
import { leave } from "./redirect.ts";
import { applyStyle } from "./style.ts";
import { meets } from "./who.ts";

/** By experiment. */
export type Shown = ReadonlyMap<string, readonly [run: string, variation: string]>;

/** Characters to be left for beacons; a record that leaves fewer is trimmed. */
const SPARE = 1_000;

/**
 * The run and the variation that are shown of each experiment on this page, once its style stands and its ops are at
 * work; undefined where the visitor is being sent on.
 */
export const enterExperiments = (kept: Kept, page: Location, tell: (change: Change) => void): Shown | undefined => {
  const [, [seed, , , , , exposures], , behind] = kept;
  const minute = minuteNow() + behind * 1_440;
  const facts = uses.who ? factsOf(kept, page) : undefined;
  const here = uses.holdout && heldOut(plan.site, plan.holdout, seed) ? [] : plan.experiments;
  const decided = here.flatMap(experiment => {
    const [run] = experiment;
    const before = exposures.find(([other]) => other === run)?.[1];
    const arm = decide(experiment, page, minute, seed, before, who => !!facts && meets(who, facts));
    return arm ? [[run, arm] as const] : [];
  });
  const shown = uses.redirect ? leave(decided, exposures, page, tell) : decided;
  if (!shown) return undefined;
  const lift = uses.style ? applyStyle(shown.map(([, arm]) => arm)) : undefined;
  try {
    if (uses.ops) applyOps(shown, lift, entries => tell(happen(...entries)));
  } catch {
    lift?.();
  }
  return new Map(shown.map(([run, [variation]]) => [run.split("#")[0] as string, [run, variation]]));
};

/** Forgets exposures to experiments and phases that are over where the record leaves little of its `room`. */
export const trim = (experiments: readonly Experiment[], kept: Kept, room: number): void => {
  const [, ledger] = kept;
  if (encode(kept).length > room - SPARE)
    ledger[5] = ledger[5].filter(([run]) => experiments.some(([running]) => running === run));
};
