/**
 * Moves changes into the record: ledger and outbox in one step, as many as there is room for. Pure.
 * May not know about cookies, locks or networks.
 */

import type { Change, Entry } from "./ledger.ts";
import { encode, type Kept, type Pending } from "./record.ts";

const BEACONS = 4;
const ENTRIES = 32;
const DAY_MINUTES = 1_440;
/** Characters to be left for beacons; a record that leaves fewer is trimmed. */
const SPARE = 1_000;

/** What a new beacon says besides source and entries. */
export type Stamp = readonly [nonce: string, minute: number, digest: string, day: number, path: string];

/**
 * The record with the first of the changes in one more beacon; they are taken from those given. Written down it takes
 * no more than `room` characters. Beacons of a day ago, and the one that is `answered`, are gone, also from the record
 * that is given.
 */
export const take = (kept: Kept, changes: Change[], stamp: Stamp, answered: string | undefined, room: number): Kept => {
  const [, minute, , day] = stamp;
  kept[2] = kept[2].filter(([nonce, made]) => nonce !== answered && Math.abs(minute - made) < DAY_MINUTES);
  const place = kept[2].length;
  let next = kept;
  let told: readonly Entry[] = [];
  while (place < BEACONS && changes[0]) {
    const then: Kept = JSON.parse(JSON.stringify(next));
    const [, ledger, outbox] = then;
    const entries = [...told, ...changes[0](ledger, day, minute)];
    outbox[place] = [...stamp, ledger[3][2], entries] satisfies Pending;
    const fits = entries.length <= ENTRIES && encode(then).length <= room;
    // The next beacon will have room for it, unless there was nothing but this change.
    if (!fits && next[2].length) break;
    changes.shift();
    if (fits && entries.length) {
      next = then;
      told = entries;
    }
  }
  return next;
};

/** Forgets exposures to experiments and phases that are over where the record leaves little of its `room`. */
export const trim = (kept: Kept, room: number): void => {
  const [, ledger] = kept;
  if (encode(kept).length > room - SPARE)
    ledger[5] = ledger[5].filter(([run]) => plan.experiments.some(([running]) => running === run));
};
