/**
 * Who is in which experiment: the browser's twin of `decide` in `domain/targeting.py`, pure.
 * May not know how a variation is shown or remembered.
 */

import { bucket } from "./hash.ts";
import { matchesPage, type Page } from "./pages.ts";
import type { Arm, Condition, Experiment, PageTest } from "./plan.ts";

const WHOLE = 10_000;

/** Whether the visit meets an audience's condition. */
export type Meets = (who: Condition) => boolean;

/** Whether the visitor with `seed` is in no experiment of a site that holds so many (per ten thousand) out. */
export const heldOut = (site: string, holdout: number, seed: string): boolean =>
  bucket(`${site}/holdout`, seed) < holdout;

/** Whether the experiment runs on the page. */
export const runsOn = ([, , , include, exclude]: Experiment, page: Page): boolean => {
  const passes = (test: PageTest): boolean => matchesPage(test, page);
  return !(uses.excluded && exclude?.some(passes)) && (include?.some(passes) ?? true);
};

const isTime = ([, , , , , , , from = 0, until = 1 / 0]: Experiment, minute: number): boolean =>
  minute >= from && minute < until;

const hasPlace = ([run, , , , , traffic = WHOLE, , , , layer]: Experiment, seed: string): boolean => {
  const [of, start, end] = layer ?? [0, 0, traffic];
  const place = bucket(of ? `${of}/layer` : `${run}/traffic`, seed);
  return place >= start && place < end;
};

const dealt = ([run, arms]: Experiment, seed: string): Arm | undefined => {
  let left = bucket(`${run}/variation`, seed);
  return arms.find(([, weight]) => {
    left -= weight;
    return left < 0;
  });
};

/**
 * The variation that the visitor with `seed` gets on the page in that minute (since 1970, UTC); nothing where they get
 * the original outside the experiment. What was kept is kept wherever the experiment runs.
 */
export const decide = (
  experiment: Experiment,
  page: Page,
  minute: number,
  seed: string,
  kept: string | undefined,
  meets?: Meets,
): Arm | false | undefined =>
  (!uses.schedules || isTime(experiment, minute)) &&
  runsOn(experiment, page) &&
  (experiment[1].find(([key]) => key === kept) ??
    ((!uses.shares || hasPlace(experiment, seed)) &&
      (!uses.who || !experiment[6] || !!meets?.(experiment[6])) &&
      dealt(experiment, seed)));
