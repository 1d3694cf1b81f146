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

export interface Kept {
  readonly ledger: Ledger;
  readonly outbox: readonly Pending[];
  /** Days by which this browser's clock is behind the relay's. */
  readonly behind: number;
}

/** The most that name and value may take; browsers stop at 4,096 bytes. */
export const CAP = 3_800;

const FORMAT = 1;
const LIFETIME_DAYS = 395;

/** A visitor not seen before. */
export const newRecord = (day: number): Kept => {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  const seed = random.toString(16).padStart(8, "0");
  return { ledger: { seed, created: day, last: null, session: null, goals: [], exposures: [] }, outbox: [], behind: 0 };
};

/** Days left of those that a record may be kept, counted from its making however often it is used. */
export const daysLeft = ({ ledger, behind }: Kept, day: number): number =>
  ledger.created + LIFETIME_DAYS - day - behind;

// JSON's own signs change places with signs that a cookie carries unescaped, which texts seldom hold.
const SIGNS = '",[]~!*_';
const swap = (text: string): string =>
  text.replace(/["[\],~!*_]/g, sign => SIGNS.charAt((SIGNS.indexOf(sign) + 4) % 8));

export const encode = ({ ledger, outbox, behind }: Kept): string => {
  const { seed, created, last, session, goals, exposures } = ledger;
  return encodeURIComponent(
    swap(JSON.stringify([FORMAT, seed, created, last, session, goals, exposures, outbox, behind])),
  );
};

/** What the value holds; undefined where it is none of ours, torn, or of another format. */
export const decode = (value: string): Kept | undefined => {
  try {
    const [format, seed, created, last, session, goals, exposures, outbox, behind] = JSON.parse(
      swap(decodeURIComponent(value)),
    );
    return format === FORMAT
      ? { ledger: { seed, created, last, session, goals, exposures }, outbox, behind }
      : undefined;
  } catch {
    return undefined;
  }
};
