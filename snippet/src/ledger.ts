/**
 * A visitor's own account: the browser's twin of `domain/ledger.py`, pure. Each step takes a ledger and returns the
 * next one with the entries to report. May not know about cookies, locks or outboxes.
 */

export type Source = readonly [referrer: string, source: string, medium: string, campaign: string];

/** The visit in progress: when last active (minutes since 1970 UTC), views so far (2 stands for all above), its source. */
export type Session = readonly [minute: number, views: number, source: Source];

/** How often a goal was reached and what it was worth so far, in minor units. */
export type Reached = readonly [goal: string, count: number, total: number];

/** A variation that the visitor has seen, and the goals reached since. */
export type Exposure = readonly [experiment: string, variation: string, goals: readonly Reached[]];

export interface Ledger {
  /** 8 lower-case hex digits; decides the variations and never leaves the browser. */
  readonly seed: string;
  readonly created: number;
  readonly last: number | null;
  readonly session: Session | null;
  readonly goals: readonly Reached[];
  readonly exposures: readonly Exposure[];
}

export type Standing = readonly [experiment: string, variation: string, count: number, total: number];

/** One line of a beacon, as the contract writes it. */
export type Entry =
  | readonly ["visit", number, number]
  | readonly ["session"]
  | readonly ["view", 1?]
  | readonly ["exp", string, string]
  | readonly ["goal", string, number, number, readonly Standing[], number?]
  | readonly ["event", string]
  | readonly ["miss" | "error", string, string, number];

export type Step = readonly [Ledger, readonly Entry[]];

/** What a report does to the ledger as it then is, at that day (site-local) and minute (UTC). */
export type Change = (ledger: Ledger, day: number, minute: number) => Step;

const SESSION_MINUTES = 30;
const LONG_GAP = 32;

const year = (day: number): number => new Date(day * 864e5).getUTCFullYear();
const quarter = (day: number): number => year(day) * 4 + Math.floor(new Date(day * 864e5).getUTCMonth() / 3);

/** The first page of a day; a clock that went back reports nothing. */
export const visit: Change = (ledger, day) => {
  // Never before is NaN: unlike every day, quarter and year, and no gap.
  const last = ledger.last ?? Number.NaN;
  if (day <= last) return [ledger, []];
  const bits = +(quarter(last) !== quarter(day)) + 2 * +(year(last) !== year(day));
  return [{ ...ledger, last: day }, [["visit", Math.min(day - last, LONG_GAP) || 0, bits]]];
};

/** A page view, and a session where none is in progress; `source` is where that one would come from. */
export const view =
  (source: Source): Change =>
  (ledger, _day, minute) => {
    const [before, views, from] = ledger.session ?? [Number.NaN, 0, source];
    const going = minute >= before && minute - before < SESSION_MINUTES;
    return going
      ? [{ ...ledger, session: [minute, 2, from] }, [views === 1 ? ["view", 1] : ["view"]]]
      : [{ ...ledger, session: [minute, 1, source] }, [["session"], ["view"]]];
  };

/** A variation seen; a visitor is exposed to an experiment once and keeps what it was. */
export const expose =
  (experiment: string, variation: string): Change =>
  ledger =>
    ledger.exposures.some(([key]) => key === experiment)
      ? [ledger, []]
      : [
          { ...ledger, exposures: [...ledger.exposures, [experiment, variation, []]] },
          [["exp", experiment, variation]],
        ];

/** Something to report that leaves the ledger as it is. */
export const happen =
  (...entries: readonly Entry[]): Change =>
  ledger => [ledger, entries];
