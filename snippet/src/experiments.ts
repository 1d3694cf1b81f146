/**
 * Puts the visitor into the plan's experiments and shows the variations.
 * May not know how the ledger is kept or how anything is reported.
 */

import { decide, heldOut } from "./decide.ts";
import { type Change, happen, type Ledger } from "./ledger.ts";
import type { Linked } from "./linked.ts";
import type { Experiment } from "./plan.ts";
import type { Kept } from "./record.ts";

/** By experiment. */
export type Shown = ReadonlyMap<string, readonly [run: string, variation: string]>;

const minuteNow = (behind: number): number => Math.floor(Date.now() / 6e4) + behind * 1_440;

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
  const { p: plan, matchesPage, applyStyle, applyOps, whoVisits, leave } = linked;
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
  if (!shown) return undefined;
  const lift = applyStyle?.(shown.map(([, arm]) => arm));
  try {
    applyOps?.(linked, shown, lift, entries => tell(happen(...entries)));
  } catch {
    lift?.();
  }
  return new Map(shown.map(([run, [variation]]) => [run.split("#")[0] as string, [run, variation]]));
};

/** The ledger without the exposures to experiments and phases that are over, for when room gets short. */
export const trimLedger = (
  experiments: readonly Experiment[],
  [seed, created, last, session, goals, exposures]: Ledger,
): Ledger => {
  const running = exposures.filter(([kept]) => experiments.some(({ run }) => run === kept));
  return [seed, created, last, session, goals, running];
};
