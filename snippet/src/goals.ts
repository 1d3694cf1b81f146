/**
 * A goal reached, and what it was worth: the browser's twin of `convert` in `domain/ledger.py`, pure.
 * May not know what set the goal off.
 */

import type { Change, Reached, Standing } from "./ledger.ts";
import type { Goal } from "./plan.ts";

/** What reaching a goal is worth, in minor units; false where it is not reached. */
export type Worth = (goal: Goal) => number | false;

/** A goal reached and what it was worth. */
export type Hit = readonly [goal: string, amount: number];

/** The most that a relay takes for one conversion, either way. */
const LARGEST = 1e9;

/** How often the goal was reached before this time, and what it was worth. */
const more = (goals: Reached[], [goal, amount]: Hit): readonly [count: number, total: number] => {
  let reached = goals.find(([key]) => key === goal);
  if (!reached) {
    reached = [goal, 0, 0];
    goals.push(reached);
  }
  const [, , total] = reached;
  if (uses.amounts) reached[2] += amount;
  return [reached[1]++, total];
};

/** Reports the goal with its standing in each experiment that is judged by it, in their order. */
export const convert =
  (hit: Hit): Change =>
  ([, , , , goals, exposures]) => {
    const [goal, amount] = hit;
    const standings = plan.experiments.flatMap(([run, , judgedBy]) =>
      exposures
        .filter(([of]) => of === run && judgedBy.includes(goal))
        .map(([, variation, since]): Standing => [run, variation, ...more(since, hit)]),
    );
    const entry: ["goal", string, number, number, Standing[], number?] = ["goal", goal, ...more(goals, hit), standings];
    if (uses.amounts && amount) entry.push(amount);
    return [entry];
  };

/**
 * An amount such as 49.99 in its currency's minor unit, halves rounded towards plus infinity; 0 for what is none, and
 * for a goal that has no currency.
 */
export const minorUnits = (amount: unknown, digits = Number.NaN): number =>
  Math.max(-LARGEST, Math.min(LARGEST, Math.floor((amount as number) * 10 ** digits + 0.5))) || 0;
