/**
 * Tells the relay what changed in the ledger, each change exactly once: lock, read, compute, one write of state and
 * outbox, unlock, send, and on an answer drop the beacon from the outbox. What is left is sent again by the next turn,
 * here or on the next page. May not know what the changes are.
 */

import { newNonce } from "./chance.ts";
import { correct, minuteNow, today } from "./clock.ts";
import { ROOM, readRecord, unclaim, writeRecord } from "./jar.ts";
import type { Change, Entry } from "./ledger.ts";
import { type Stamp, take, trim } from "./outbox.ts";
import type { Pending } from "./record.ts";

const WAITING = 200;
const LONGEST_PATH = 200;
/** Answers below are final: taken, or refused for good. */
const TOO_MANY = 429;

interface Prerendered extends Document {
  readonly prerendering?: boolean;
}

/** What is to be told; undefined where nothing is, since the visitor does not take part. */
export let waiting: Change[] | undefined;
const sending: Record<string, boolean> = {};

export const beginTelling = (): void => {
  waiting = [];
};

/** What was asked to be told is not told. */
export const endTelling = (): void => {
  waiting = undefined;
};

const post = async ([nonce, , cfg, d, p, src, e]: Pending): Promise<void> => {
  if (sending[nonce]) return;
  sending[nonce] = true;
  try {
    const answer = await fetch(plan.beacons + nonce, {
      method: "POST",
      body: JSON.stringify({ v: 1, cfg, d, p, src, e }),
      keepalive: true,
      // A beacon must carry none of the site's cookies, and of its address no more than the origin.
      credentials: "omit",
      referrerPolicy: "origin",
    });
    if (answer.status < TOO_MANY) await lockedTurn(nonce, (answer.ok ? await answer.json() : answer).day);
  } catch {
    // It stays in the outbox.
  }
  sending[nonce] = false;
};

const stampOf = (day: number): Stamp => [
  newNonce(),
  minuteNow(),
  plan.digest,
  day,
  location.pathname.slice(0, LONGEST_PATH),
];

/** `answered`: the nonce of a beacon to be dropped; `theirs`: which day the relay says it is. */
export const turn = (answered?: string, theirs?: number): void => {
  // A page made ready in advance is no visit before it is looked at.
  if ((document as Prerendered).prerendering || !waiting || !(waiting.length || answered)) return;
  const day = today();
  const kept = readRecord(day);
  // The visitor deleted it, or took consent back: another address without a new page makes no new visitor.
  if (uses.navigation && !kept) waiting = undefined;
  if (!kept) return;
  correct(kept, day + kept[3], theirs);
  if (uses.experiments) trim(kept, ROOM);
  const next = take(kept, waiting as Change[], stampOf(day + kept[3]), answered, ROOM);
  if (writeRecord(next, day + kept[3])) next[2].forEach(post);
  if (uses.experiments) unclaim();
};

/** Without Web Locks (insecure pages, old browsers) one task's read and write are as close together as can be. */
export const lockedTurn = (answered?: string, theirs?: number): Promise<unknown> => {
  const work = async (): Promise<void> => {
    await 0;
    turn(answered, theirs);
  };
  return (navigator.locks?.request(plan.record, work) ?? work()).catch(() => {});
};

export const tell = (change: Change): void => {
  // While some are waiting a turn is already asked for, or the outbox is full and an answer will make room.
  if (waiting && waiting.length < WAITING && waiting.push(change) < 2) lockedTurn();
};

/**
 * Tells the relay at once, and never again: of a page that is being left no answer is heard, and a write without the
 * lock could cost another page its own. What gets lost is lost, and the record stays as it is.
 */
export const tellOnce = (entry: Entry): void => {
  const day = today();
  const kept = waiting && readRecord(day);
  if (kept && !(document as Prerendered).prerendering) post([...stampOf(day + kept[3]), kept[1][3][2], [entry]]);
};
