/**
 * Which day it is for the site, and what to do when this browser's clock says another than the relay's.
 * May not know what happens on that day.
 */

import type { Kept } from "./record.ts";

const CREATED = 1;
const LAST = 2;

interface Modern extends Window {
  readonly Temporal?: { readonly Now: { plainDateISO(tz: string): { toString(): string } } };
}

/**
 * The day on the site's calendar, counted from 1970-01-01; on that of UTC where the browser does not know the zone.
 * The first date that a page's process formats costs it some 20 ms, hence Temporal where there is one.
 */
export const today = (): number => {
  try {
    // Swedes write dates as ISO 8601 does.
    const date =
      (window as Modern).Temporal?.Now.plainDateISO(plan.tz) ??
      new Date().toLocaleDateString("sv", { timeZone: plan.tz });
    return Date.parse(date as string) / 864e5;
  } catch {
    return (Date.now() / 864e5) | 0;
  }
};

/** Minutes since 1970-01-01 UTC. */
export const minuteNow = (): number => (Date.now() / 6e4) | 0;

/** Milliseconds from 1970 to what the site's clocks show, as if they showed UTC; UTC where the zone is not known. */
export const localTime = (): number => {
  try {
    // Swedes write dates as ISO 8601 does.
    return Date.parse(`${new Date().toLocaleString("sv", { timeZone: plan.tz }).replace(" ", "T")}Z`);
  } catch {
    return Date.now();
  }
};

/** Sets the record right once the relay has said that its day is `theirs`, while by the record it was `ours`. */
export const correct = (kept: Kept, ours: number, theirs = ours): void => {
  const [, ledger] = kept;
  const off = theirs - ours;
  if (Math.abs(off) > 1) {
    for (const place of [CREATED, LAST] as const) {
      const day = ledger[place] as number;
      // A day that this clock cannot have known, or has just made up, is the relay's day.
      if (day === ours || day > theirs) ledger[place] = theirs;
    }
    kept[3] += off;
  }
};
