/**
 * Who is in which experiment: the browser's twin of `decide` in `domain/targeting.py`, pure.
 * May not know how a variation is shown or remembered.
 */

import { bucket } from "./hash.ts";
import type { matchesPage, Page } from "./pages.ts";
import type { Arm, Experiment } from "./plan.ts";

/** The variation that the visitor with `seed` gets on the page, undefined for the original outside the experiment. */
export const decide = (
  { salt, in: include, out, traffic, arms }: Experiment,
  matches: typeof matchesPage,
  page: Page,
  seed: string,
  kept: string | undefined,
): Arm | undefined => {
  const passes = (test: Experiment["in"][number]): boolean => matches(test, page);
  if ((include.length && !include.some(passes)) || out.some(passes)) return undefined;
  const arm = arms.find(([key]) => key === kept);
  if (arm) return arm;
  if (bucket(`${salt}/traffic`, seed) >= traffic) return undefined;
  let left = bucket(`${salt}/variation`, seed);
  return arms.find(([, weight]) => {
    left -= weight;
    return left < 0;
  });
};
