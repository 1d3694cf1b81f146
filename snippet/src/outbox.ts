/**
 * Moves changes into the record: ledger and outbox in one step, as many as there is room for. Pure.
 * May not know about cookies, locks or networks.
 */

import type { Change, Entry, Source } from "./ledger.ts";
import { encode, type Kept, type Pending } from "./record.ts";

const BEACONS = 4;
const ENTRIES = 32;
const DAY_MINUTES = 1_440;
export const NO_SOURCE: Source = ["", "", "", ""];

/** What a new beacon says besides source and entries. */
export type Stamp = readonly [nonce: string, minute: number, digest: string, day: number, path: string];

/**
 * The record with the first of the changes in one more beacon, and how many they are; written down it takes no more
 * than `room` characters. Beacons of a day ago, and the one that is `answered`, are gone, also from the record that is given.
 */
export const take = (
  kept: Kept,
  changes: readonly Change[],
  stamp: Stamp,
  room: number,
  answered?: string,
): readonly [next: Kept, taken: number] => {
  const [, minute, , day] = stamp;
  kept[2] = kept[2].filter(([nonce, made]) => nonce !== answered && Math.abs(minute - made) < DAY_MINUTES);
  const place = kept[2].length;
  let next = kept;
  let taken = 0;
  let told: readonly Entry[] = [];
  for (const change of place < BEACONS ? changes : []) {
    const then: Kept = JSON.parse(JSON.stringify(next));
    const [, ledger, outbox] = then;
    const entries = [...told, ...change(ledger, day, minute)];
    outbox[place] = [...stamp, ledger[3]?.[2] ?? NO_SOURCE, entries] satisfies Pending;
    const fits = entries.length <= ENTRIES && encode(then).length <= room;
    // The next beacon will have room for it, unless there was nothing but this change.
    if (!fits && next[2].length) break;
    taken++;
    if (fits && entries.length) {
      next = then;
      told = entries;
    }
  }
  return [next, taken];
};
