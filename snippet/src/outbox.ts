/**
 * Moves changes into the record: ledger and outbox in one step, as many as there is room for. Pure.
 * May not know about cookies, locks or networks.
 */

import type { Change, Entry, Ledger, Source } from "./ledger.ts";
import type { Kept, Pending } from "./record.ts";

const BEACONS = 4;
const ENTRIES = 32;
const DAY_MINUTES = 1_440;
const NO_SOURCE: Source = ["", "", "", ""];

/** Characters to be left for beacons; a ledger that leaves fewer is trimmed. */
const SPARE = 1_000;

/** What a new beacon says besides its entries. `today` is the browser's day. */
export interface Stamp {
  readonly nonce: string;
  readonly minute: number;
  readonly digest: string;
  readonly today: number;
  readonly path: string;
}

/** Whether the record, and `spare` characters more, can be kept. */
export type Fits = (kept: Kept, spare?: number) => boolean;

/** The record with the first of the changes in one more beacon, and how many they are. Beacons of a day ago are gone. */
export const take = (
  kept: Kept,
  changes: readonly Change[],
  { nonce, minute, digest, today, path }: Stamp,
  fits: Fits,
  trim: (ledger: Ledger) => Ledger,
): readonly [next: Kept, taken: number] => {
  const [format, ledger, old, behind] = kept;
  const day = today + behind;
  const outbox = old.filter(([, made]) => Math.abs(minute - made) < DAY_MINUTES);
  let next: Kept = [format, fits(kept, SPARE) ? ledger : trim(ledger), outbox, behind];
  let entries: readonly Entry[] = [];
  let taken = 0;
  for (const change of outbox.length < BEACONS ? changes : []) {
    const [ledger, more] = change(next[1], day, minute);
    const all = [...entries, ...more];
    const beacon: Pending = [nonce, minute, digest, day, path, ledger[3]?.[2] ?? NO_SOURCE, all];
    const then: Kept = [format, ledger, [...outbox, beacon], behind];
    const fitting = all.length <= ENTRIES && fits(then);
    // The next beacon will have room for it, unless there was nothing but this change.
    if (!fitting && (entries.length || outbox.length)) break;
    taken++;
    if (fitting && more.length) [next, entries] = [then, all];
  }
  return [next, taken];
};
