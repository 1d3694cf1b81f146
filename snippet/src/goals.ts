/**
 * A goal reached, and what it was worth: the browser's twin of `convert` in `domain/ledger.py`, pure.
 * May not know what set the goal off.
 */

import type { Change, Reached, Standing } from "./ledger.ts";
import type { Goal, Plan } from "./plan.ts";

/** A goal reached and what it was worth, in minor units. */
export type Hit = readonly [goal: string, amount: number];

/** The most that a relay takes for one conversion, either way. */
const LARGEST = 1e9;

const standing = (goals: readonly Reached[], goal: string): Reached =>
  goals.find(([key]) => key === goal) ?? [goal, 0, 0];

const more = (goals: readonly Reached[], goal: string, amount: number): readonly Reached[] => {
  const [, count, total] = standing(goals, goal);
  return [...goals.filter(([key]) => key !== goal), [goal, count + 1, total + amount]];
};

/** Reports the goal with its standing in each experiment of the plan that is judged by it, in the plan's order. */
export const convert =
  ({ experiments }: Plan, [goal, amount]: Hit): Change =>
  ([seed, created, last, session, goals, exposures]) => {
    const judged = experiments.filter(experiment => experiment.goals.includes(goal)).map(({ run }) => run);
    const standings = judged.flatMap(run =>
      exposures
        .filter(([of]) => of === run)
        .map(([, variation, since]): Standing => {
          const [, count, total] = standing(since, goal);
          return [run, variation, count, total];
        }),
    );
    const next = exposures.map(
      ([run, variation, since]) => [run, variation, judged.includes(run) ? more(since, goal, amount) : since] as const,
    );
    const [, count, total] = standing(goals, goal);
    return [
      [seed, created, last, session, more(goals, goal, amount), next],
      [amount ? ["goal", goal, count, total, standings, amount] : ["goal", goal, count, total, standings]],
    ];
  };

/** An amount such as 49.99 in its currency's minor unit, halves rounded towards plus infinity; 0 for what is none. */
export const minorUnits = (amount: number, digits: number): number =>
  Math.max(-LARGEST, Math.min(LARGEST, Math.floor(amount * 10 ** digits + 0.5))) || 0;

/** The goal of this key, reached because the page says so. */
export const goalsNamed = (goals: readonly Goal[], named: string, amount: number): readonly Hit[] =>
  goals
    .filter(([key]) => key === named)
    .map(([key, , , , digits]) => [key, digits === undefined ? 0 : minorUnits(amount, digits)]);
