/**
 * A visitor's own account: the browser's twin of `domain/ledger.py`. Each step changes the ledger that it is given and
 * answers the entries to report. May not know about cookies, locks or outboxes.
 */

export type Source = readonly [referrer: string, source: string, medium: string, campaign: string];

/** The visit in progress: when last active (minutes since 1970 UTC), views so far (2 stands for all above), its source.
 * There are none yet where the first page sent its visitor on, or where there has never been a visit. */
export type Session = [minute: number, views: number, source: Source];

/** How often a goal was reached and what it was worth so far, in minor units. */
export type Reached = [goal: string, count: number, total: number];

/** A variation that the visitor has seen, and the goals reached since. */
export type Exposure = [run: string, variation: string, goals: Reached[]];

/** Days are the site's, counted from 1970-01-01. The seed decides the variations and never leaves the browser. */
export type Ledger = [
  seed: string,
  created: number,
  last: number | null,
  session: Session,
  goals: Reached[],
  exposures: Exposure[],
];

export type Standing = readonly [run: string, variation: string, count: number, total: number];

/** One line of a beacon, as the contract writes it. */
export type Entry =
  | readonly ["visit", number, number]
  | readonly ["session"]
  | readonly ["view", 1?]
  | readonly ["exp", string, string]
  | readonly ["goal", string, number, number, readonly Standing[], number?]
  | readonly ["event", string]
  | readonly ["leave", number, number]
  | readonly ["ok", string, string, number, number]
  | readonly ["miss" | "error", string, string, number];

/** What a report does to the ledger as it then is, at that day (site-local) and minute (UTC), and what it reports. */
export type Change = (ledger: Ledger, day: number, minute: number) => readonly Entry[];

const SESSION_MINUTES = 30;
const LONG_GAP = 32;

/** The first page of a day; a clock that went back reports nothing. */
export const visit: Change = (ledger, day) => {
  // Never before is NaN: unlike every day, quarter and year, and no gap.
  const before = ledger[2] ?? Number.NaN;
  if (day <= before) return [];
  ledger[2] = day;
  const [then, now] = [before, day].map(each => {
    const date = new Date(each * 864e5);
    // In quarters: a year has four.
    return (date.getUTCFullYear() * 4 + date.getUTCMonth() / 3) | 0;
  }) as [number, number];
  const bits = +(then !== now) + 2 * +(then >> 2 !== now >> 2);
  return [["visit", Math.min(day - before, LONG_GAP) || 0, bits]];
};

/** The session in progress at that minute. */
export const sessionAt = ([, , , session]: Ledger, minute: number): Session | undefined =>
  minute >= session[0] && minute - session[0] < SESSION_MINUTES ? session : undefined;

/** A page view, and a session where none is in progress; `source` is where that one would come from. */
export const view =
  (source: Source): Change =>
  (ledger, _day, minute) => {
    const [, views, from = source] = sessionAt(ledger, minute) ?? [];
    ledger[3] = [minute, views ? 2 : 1, from];
    return (views as number) >= 0 ? [views === 1 ? ["view", 1] : ["view"]] : [["session"], ["view"]];
  };

/** A variation seen; a visitor is exposed to a run (one phase of an experiment) once and keeps what it was. */
export const expose =
  (run: string, variation: string): Change =>
  ([, , , , , exposures]) => {
    if (exposures.some(([of]) => of === run)) return [];
    exposures.push([run, variation, []]);
    return [["exp", run, variation]];
  };

/** Something to report that leaves the ledger as it is. */
export const happen =
  (...entries: readonly Entry[]): Change =>
  () =>
    entries;
