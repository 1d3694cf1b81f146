/**
 * A goal reached, and what it was worth: the browser's twin of `convert` in `domain/ledger.py`, pure.
 * May not know what set the goal off.
 */

import type { Change, Reached, Standing } from "./ledger.ts";
import type { Plan } from "./plan.ts";

const reached = (goals: readonly Reached[], goal: string): Reached =>
  goals.find(([key]) => key === goal) ?? [goal, 0, 0];

const more = (goals: readonly Reached[], goal: string, amount: number): readonly Reached[] => {
  const [, count, total] = reached(goals, goal);
  return [...goals.filter(([key]) => key !== goal), [goal, count + 1, total + amount]];
};

/** Reports the goal with its standing in each experiment of the plan that is judged by it, in the plan's order. */
export const convert =
  ({ experiments }: Plan, goal: string, amount = 0): Change =>
  ledger => {
    const judged = (key: string): boolean => experiments.some(x => x.key === key && x.goals.includes(goal));
    const standings = experiments.flatMap(({ key }) =>
      ledger.exposures
        .filter(([experiment]) => experiment === key && judged(key))
        .map(([, variation, goals]): Standing => {
          const [, count, total] = reached(goals, goal);
          return [key, variation, count, total];
        }),
    );
    const exposures = ledger.exposures.map(([key, variation, goals]) => {
      return [key, variation, judged(key) ? more(goals, goal, amount) : goals] as const;
    });
    const [, count, total] = reached(ledger.goals, goal);
    return [
      { ...ledger, goals: more(ledger.goals, goal, amount), exposures },
      [amount ? ["goal", goal, count, total, standings, amount] : ["goal", goal, count, total, standings]],
    ];
  };

/** An amount such as 49.99 in its currency's minor unit, halves rounded towards plus infinity; 0 for what is none. */
export const minorUnits = (amount: number, digits: number): number => {
  const units = Math.floor(amount * 10 ** digits + 0.5);
  return Number.isSafeInteger(units) ? units : 0;
};
