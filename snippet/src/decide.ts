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
export const runsOn = ([, , , include = [], exclude = []]: Experiment, page: Page): boolean => {
  const passes = (test: PageTest): boolean => matchesPage(test, page);
  return (!include.length || include.some(passes)) && !(uses.excluded && exclude.some(passes));
};

/**
 * The variation that the visitor with `seed` gets on the page in that minute (since 1970, UTC), undefined for the
 * original outside the experiment. What was kept is kept wherever the experiment runs.
 */
export const decide = (
  experiment: Experiment,
  page: Page,
  minute: number,
  seed: string,
  kept: string | undefined,
  meets?: Meets,
): Arm | undefined => {
  const [run, arms, , , , traffic = WHOLE, who, from = 0, until = 1 / 0, layer] = experiment;
  if ((uses.schedules && (minute < from || minute >= until)) || !runsOn(experiment, page)) return;
  const arm = arms.find(([key]) => key === kept);
  if (arm) return arm;
  if (uses.shares) {
    const [of, start, end] = layer ?? [0, 0, traffic];
    const place = bucket(of ? `${of}/layer` : `${run}/traffic`, seed);
    if (place < start || place >= end) return;
  }
  if (uses.who && who && !meets?.(who)) return;
  let left = bucket(`${run}/variation`, seed);
  return arms.find(([, weight]) => {
    left -= weight;
    return left < 0;
  });
};
