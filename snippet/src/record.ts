/**
 * What the browser keeps, and how it is written: ledger and outbox in one cookie value, pure.
 * May not know where the value is stored.
 */

import type { Entry, Ledger, Source } from "./ledger.ts";

/** A beacon not yet acknowledged: its nonce, the minute it was made, and what it says. */
export type Pending = readonly [
  nonce: string,
  minute: number,
  digest: string,
  day: number,
  path: string,
  source: Source,
  entries: readonly Entry[],
];

/** `behind`: days by which this browser's clock is behind the relay's. */
export type Kept = [format: typeof FORMAT, ledger: Ledger, outbox: Pending[], behind: number];

/** Instead of a record, the same for everybody: the visitor wants none. */
export const NO = 0;

const FORMAT = 1;
const LIFETIME_DAYS = 395;

/** Of a visitor not seen before, whose session is over at whatever minute; of none where there is no seed. */
export const newRecord = <Seed extends string | undefined>(seed: Seed, day: number) =>
  (seed && [FORMAT, [seed, day, null, [-99, 0, ["", "", "", ""]], [], []], [], 0]) as Seed extends string
    ? Kept
    : Kept | undefined;

/** Days left of those that a record may be kept, counted from its making however often it is used. */
export const daysLeft = (kept: Kept, day: number): number => kept[1][1] + LIFETIME_DAYS - day;

// JSON's own signs change places with signs that a cookie carries unescaped, which texts seldom hold.
const SIGNS = '",[]~!*_';
const swap = (text: string): string => text.replace(/./g, sign => SIGNS[SIGNS.indexOf(sign) ^ 4] ?? sign);

export const encode = (kept: Kept): string => encodeURIComponent(swap(JSON.stringify(kept)));

/** What the value holds; undefined where it is none of ours, torn, or of another format. */
export const decode = (value: string | undefined): Kept | typeof NO | undefined => {
  try {
    const kept: Kept | typeof NO = JSON.parse(swap(decodeURIComponent(value as string)));
    if (kept === NO || kept[0] === FORMAT) return kept;
  } catch {
    // It is torn.
  }
  return undefined;
};
