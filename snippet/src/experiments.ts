/**
 * Puts the visitor into the plan's experiments, shows the variations, and takes back what another page showed.
 * May not know how the ledger is kept or how anything is reported.
 */

import { minuteNow } from "./clock.ts";
import { decide, heldOut } from "./decide.ts";
import { factsOf } from "./facts.ts";
import { type Change, happen } from "./ledger.ts";
import { applyOps } from "./ops.ts";
import type { Arm, Experiment } from "./plan.ts";
import { quiet } from "./quiet.ts";
import { encode, type Kept } from "./record.ts";
import { leave } from "./redirect.ts";
import { applyStyle } from "./style.ts";
import { meets } from "./who.ts";

/** By experiment. */
export type Shown = ReadonlyMap<string, readonly [run: string, variation: string]>;

/** Characters to be left for beacons; a record that leaves fewer is trimmed. */
const SPARE = 1_000;

/** What is shown of each run of an experiment at this moment, and what ends it. */
const entered = new Map<string, readonly [variation: string, leave: () => void]>();

const enter = (run: string, arm: Arm, tell: (change: Change) => void): (() => void) => {
  const [, , css = "", guards = []] = arm;
  const lift = uses.style && (css || guards.length) ? applyStyle(css, guards) : undefined;
  let undo: (() => void) | undefined;
  try {
    if (uses.ops) undo = applyOps(run, arm, lift, entry => tell(happen(entry)));
  } catch {
    lift?.();
  }
  return () => {
    undo?.();
    lift?.();
  };
};

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
  if (uses.navigation)
    entered.forEach(([variation, undo], run) => {
      const stays = shown?.some(([other, [key]]) => other === run && key === variation);
      if (!stays && entered.delete(run)) quiet(undo)();
    });
  shown?.forEach(([run, arm]) => {
    if (!entered.has(run)) entered.set(run, [arm[0], enter(run, arm, tell)]);
  });
  return shown && new Map(shown.map(([run, [variation]]) => [run.split("#")[0] as string, [run, variation]]));
};

/** Forgets exposures to experiments and phases that are over where the record leaves little of its `room`. */
export const trim = (experiments: readonly Experiment[], kept: Kept, room: number): void => {
  const [, ledger] = kept;
  if (encode(kept).length > room - SPARE)
    ledger[5] = ledger[5].filter(([run]) => experiments.some(([running]) => running === run));
};
