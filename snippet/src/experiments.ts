/**
 * Puts the visitor into the plan's experiments, shows the variations, and takes back what another page showed.
 * May not know how the ledger is kept or how anything is reported.
 */

import { decide, heldOut } from "./decide.ts";
import { type Change, happen, type Ledger } from "./ledger.ts";
import type { Linked } from "./linked.ts";
import type { Arm, Experiment } from "./plan.ts";
import { quiet } from "./quiet.ts";
import type { Kept } from "./record.ts";

/** By experiment. */
export type Shown = ReadonlyMap<string, readonly [run: string, variation: string]>;

const minuteNow = (behind: number): number => Math.floor(Date.now() / 6e4) + behind * 1_440;

/** What is shown of each run of an experiment at this moment, and what ends it. */
const entered = new Map<string, readonly [variation: string, leave: () => void]>();

const enter = (linked: Linked, run: string, arm: Arm, tell: (...changes: readonly Change[]) => void): (() => void) => {
  const [, , css, guards] = arm;
  const lift = css || guards.length ? linked.applyStyle?.(css, guards) : undefined;
  let undo: (() => void) | undefined;
  try {
    undo = linked.applyOps?.(linked, run, arm, lift, entries => tell(happen(...entries)));
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
export const enterExperiments = (
  linked: Linked,
  kept: Kept,
  page: Location,
  tell: (...changes: readonly Change[]) => void,
): Shown | undefined => {
  const { p: plan, matchesPage, whoVisits, leave } = linked;
  const [, [seed, , , , , exposures], , behind] = kept;
  const minute = minuteNow(behind);
  const meets = whoVisits?.(linked, kept, page);
  const here = heldOut(plan, seed) || !matchesPage ? [] : plan.experiments;
  const decided = here.flatMap(experiment => {
    const before = exposures.find(([run]) => run === experiment.run)?.[1];
    const arm = matchesPage && decide(experiment, matchesPage, page, minute, seed, before, meets);
    return arm ? [[experiment.run, arm] as const] : [];
  });
  const shown = leave ? leave(linked, decided, exposures, page, tell) : decided;
  entered.forEach(([variation, undo], run) => {
    const stays = shown?.some(([other, [key]]) => other === run && key === variation);
    if (!stays && entered.delete(run)) quiet(undo)();
  });
  shown?.forEach(([run, arm]) => {
    if (!entered.has(run)) entered.set(run, [arm[0], enter(linked, run, arm, tell)]);
  });
  return shown && new Map(shown.map(([run, [variation]]) => [run.split("#")[0] as string, [run, variation]]));
};

/** The ledger without the exposures to experiments and phases that are over, for when room gets short. */
export const trimLedger = (
  experiments: readonly Experiment[],
  [seed, created, last, session, goals, exposures]: Ledger,
): Ledger => {
  const running = exposures.filter(([kept]) => experiments.some(({ run }) => run === kept));
  return [seed, created, last, session, goals, running];
};
