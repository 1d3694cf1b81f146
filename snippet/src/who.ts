/**
 * Whether a visit meets a condition: the browser's twin of `meets` in `domain/visits.py`, pure.
 * May not know where what is asked for comes from.
 */

import type { Condition } from "./plan.ts";

/** What there is to know of a subject such as `device` or `query.gclid`; nothing where the visit has no such value. */
export type Facts = (subject: string) => string | null | undefined;

const NUMBER = /^-?\d{1,15}(\.\d{1,9})?$/;

export const meets = ([kind, ...parts]: Condition, facts: Facts): boolean => {
  const isMet = (part: unknown): boolean => meets(part as Condition, facts);
  if (kind === "all") return parts.every(isMet);
  if (kind === "any") return parts.some(isMet);
  if (kind === "not") return !isMet(parts[0]);
  const [subject, first, second] = parts as [string, never, never];
  const value = facts(subject);
  if (value === undefined || value === null) return false;
  if (kind === "is")
    return parts.some((one, i) => i && (one === value || (subject === "language" && value.startsWith(`${one}-`))));
  if (kind === "num")
    return NUMBER.test(value) && +value >= (first ?? Number.NEGATIVE_INFINITY) && +value <= (second ?? 1 / 0);
  if (kind === "has") return value.includes(first);
  return kind === "set" || new RegExp(first).test(value);
};
