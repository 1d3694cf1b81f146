/**
 * Puts the visitor into the plan's experiments and shows the variations.
 * May not know how the ledger is kept or how anything is reported.
 */

import { decide } from "./decide.ts";
import type { Entry, Ledger } from "./ledger.ts";
import type { Linked } from "./linked.ts";
import type { Page } from "./pages.ts";
import type { Experiment } from "./plan.ts";

/** The variation that is shown of each experiment on this page, once its style stands and its ops are at work. */
export const enterExperiments = (
  { p: { experiments }, matchesPage, applyStyle, applyOps }: Linked,
  [seed, , , , , exposures]: Ledger,
  page: Page,
  report: (entries: readonly Entry[]) => void,
): ReadonlyMap<string, string> => {
  const shown = experiments.flatMap(experiment => {
    const kept = exposures.find(([key]) => key === experiment.key)?.[1];
    const arm = matchesPage && decide(experiment, matchesPage, page, seed, kept);
    return arm ? [[experiment.key, arm] as const] : [];
  });
  const lift = applyStyle?.(shown.map(([, arm]) => arm));
  try {
    applyOps?.(shown, lift, report);
  } catch {
    lift?.();
  }
  return new Map(shown.map(([experiment, [variation]]) => [experiment, variation]));
};

/** The ledger without the exposures to experiments that are over, for when room gets short. */
export const trimLedger = (
  experiments: readonly Experiment[],
  [seed, created, last, session, goals, exposures]: Ledger,
): Ledger => {
  const running = exposures.filter(([experiment]) => experiments.some(({ key }) => key === experiment));
  return [seed, created, last, session, goals, running];
};
