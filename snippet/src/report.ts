/**
 * Tells the relay what changed in the ledger, each change exactly once: lock, read, compute, one write of state and
 * outbox, unlock, send, and on an answer drop the beacon from the outbox. What is left is sent again by the next page.
 * May not know what the changes are.
 */

import { newNonce } from "./chance.ts";
import { corrected, today } from "./clock.ts";
import type { Jar } from "./jar.ts";
import type { Change, Entry, Source } from "./ledger.ts";
import type { Plan } from "./plan.ts";
import { quiet } from "./quiet.ts";
import type { Kept, Pending } from "./record.ts";

const OUTBOX = 4;
const ENTRIES = 32;
const WAITING = 200;
const LONGEST_PATH = 200;
const NO_SOURCE: Source = ["", "", "", ""];
const DAY_MINUTES = 1_440;
const FINAL: readonly number[] = [400, 403, 404, 413];

interface Prerendered extends Document {
  readonly prerendering?: boolean;
}

/** Without Web Locks (insecure pages, old browsers) one task's read and write are as close together as can be. */
const locked = (name: string, work: () => void): Promise<void> =>
  (navigator.locks ? navigator.locks.request(name, work) : Promise.resolve().then(work)).catch(() => {});

/** Takes changes and sees that they are told. */
export const reporter = (
  { relay, site, tz }: Plan,
  digest: string,
  { lockName, readRecord, writeRecord, recordFits }: Jar,
): ((...changes: readonly Change[]) => void) => {
  const waiting: Change[] = [];
  const sending = new Set<string>();

  /** The record after as many waiting changes as one beacon, the outbox and the cookie have room for. */
  const take = ([format, ledger, old, behind]: Kept, today: number): Kept => {
    const minute = Math.floor(Date.now() / 6e4);
    const day = today + behind;
    const outbox = old.filter(([, made]) => Math.abs(minute - made) < DAY_MINUTES);
    const nonce = newNonce();
    let next: Kept = [format, ledger, outbox, behind];
    let said: readonly Entry[] = [];
    while (waiting[0] && outbox.length < OUTBOX) {
      const [ledger, more] = waiting[0](next[1], day, minute);
      const entries = [...said, ...more];
      const path = location.pathname.slice(0, LONGEST_PATH);
      const beacon: Pending = [nonce, minute, digest, day, path, ledger[3]?.[2] ?? NO_SOURCE, entries];
      const then: Kept = [format, ledger, [...outbox, beacon], behind];
      const fitting = entries.length <= ENTRIES && recordFits(then);
      // The next beacon has room for it, unless there was nothing but this change.
      if (!fitting && (said.length || outbox.length)) break;
      waiting.shift();
      if (fitting && more.length) [next, said] = [then, entries];
    }
    return next;
  };

  const turn = (): void => {
    // A page made ready in advance is no visit before it is looked at.
    if ((document as Prerendered).prerendering || !waiting.length) return;
    const day = today(tz);
    const kept = readRecord(day);
    const next = kept && take(kept, day);
    if (next && writeRecord(next, day)) next[2].forEach(send);
    else waiting.length = 0;
  };

  const flush = (): Promise<void> => locked(lockName, turn);

  const settle = (nonce: string, theirs?: number): Promise<void> =>
    locked(lockName, () => {
      const day = today(tz);
      const kept = readRecord(day);
      if (!kept) return;
      const [format, ledger, outbox, behind] = kept;
      const rest = outbox.filter(([other]) => other !== nonce);
      writeRecord(corrected([format, ledger, rest, behind], day + behind, theirs), day);
      turn();
    });

  const send = async ([nonce, , cfg, d, p, src, e]: Pending): Promise<void> => {
    if (sending.has(nonce)) return;
    sending.add(nonce);
    try {
      const answer = await fetch(`${relay}/v1/b/${site}?n=${nonce}`, {
        method: "POST",
        body: JSON.stringify({ v: 1, cfg, d, p, src, e }),
        keepalive: true,
        credentials: "omit",
        referrerPolicy: "origin",
      });
      if (answer.ok) await settle(nonce, (await answer.json()).day);
      else if (FINAL.includes(answer.status)) await settle(nonce);
    } catch {
      // It stays in the outbox.
    }
    sending.delete(nonce);
  };

  document.addEventListener("prerenderingchange", flush);
  // A page that is left will not be given the lock any more: its last turn is the only one taken without it.
  addEventListener("pagehide", quiet(turn));

  return (...changes) => {
    // While some are waiting a turn is already asked for, or the outbox is full and an answer will make room.
    if (!waiting.length) flush();
    waiting.push(...changes.slice(0, WAITING - waiting.length));
  };
};
