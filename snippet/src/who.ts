/**
 * Whether a visit meets a condition: the browser's twin of `meets` in `domain/visits.py`, pure.
 * May not know where what is asked for comes from.
 */

import type { Condition } from "./plan.ts";

/** What there is to know of a subject such as `device` or `query.gclid`; nothing where the visit has no such value. */
export type Facts = (subject: string) => string | null | undefined;

const NUMBER = /^-?\d{1,15}(\.\d{1,9})?$/;

const between = (value: string, low: number | null, high: number | null): boolean =>
  NUMBER.test(value) && (low === null || low <= +value) && (high === null || +value <= high);

const isOneOf = (subject: string, value: string, values: readonly string[]): boolean =>
  values.some(one => one === value || (subject === "language" && value.startsWith(`${one}-`)));

export const meets = (condition: Condition, facts: Facts): boolean => {
  if (condition[0] === "all") return condition.slice(1).every(part => meets(part as Condition, facts));
  if (condition[0] === "any") return condition.slice(1).some(part => meets(part as Condition, facts));
  if (condition[0] === "not") return !meets(condition[1], facts);
  const value = facts(condition[1]);
  if (value === undefined || value === null) return false;
  switch (condition[0]) {
    case "is":
      return isOneOf(condition[1], value, condition.slice(2) as readonly string[]);
    case "num":
      return between(value, condition[2], condition[3]);
    case "has":
      return value.includes(condition[2]);
    case "re":
      return new RegExp(condition[2]).test(value);
    case "set":
      return true;
  }
};
