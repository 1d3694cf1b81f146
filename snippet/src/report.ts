/**
 * Tells the relay what changed in the ledger, each change exactly once: lock, read, compute, one write of state and
 * outbox, unlock, send, and on an answer drop the beacon from the outbox. What is left is sent again by the next page.
 * May not know what the changes are.
 */

import { newNonce } from "./chance.ts";
import { corrected, today } from "./clock.ts";
import type { Jar } from "./jar.ts";
import type { Change, Ledger } from "./ledger.ts";
import { take } from "./outbox.ts";
import type { Plan } from "./plan.ts";
import { quiet } from "./quiet.ts";
import type { Pending } from "./record.ts";

const WAITING = 200;
const LONGEST_PATH = 200;
const FINAL: readonly number[] = [400, 403, 404, 413];

interface Prerendered extends Document {
  readonly prerendering?: boolean;
}

/** Without Web Locks (insecure pages, old browsers) one task's read and write are as close together as can be. */
const locked = (name: string, work: () => void): Promise<void> =>
  (navigator.locks ? navigator.locks.request(name, work) : Promise.resolve().then(work)).catch(() => {});

const post = (relay: string, site: string, [nonce, , cfg, d, p, src, e]: Pending): Promise<Response> =>
  fetch(`${relay}/v1/b/${site}?n=${nonce}`, {
    method: "POST",
    body: JSON.stringify({ v: 1, cfg, d, p, src, e }),
    keepalive: true,
    // A beacon must carry none of the site's cookies, and of its address no more than the origin.
    credentials: "omit",
    referrerPolicy: "origin",
  });

/** Takes changes and sees that they are told. */
export const reporter = (
  { relay, site, tz }: Plan,
  digest: string,
  { lockName, readRecord, writeRecord, recordFits }: Jar,
  trim: (ledger: Ledger) => Ledger,
): ((...changes: readonly Change[]) => void) => {
  const waiting: Change[] = [];
  const sending = new Set<string>();

  const turn = (): void => {
    // A page made ready in advance is no visit before it is looked at.
    if ((document as Prerendered).prerendering || !waiting.length) return;
    const day = today(tz);
    const kept = readRecord(day);
    if (!kept) {
      // The visitor deleted it, or took consent back.
      waiting.length = 0;
      return;
    }
    const stamp = {
      nonce: newNonce(),
      minute: Math.floor(Date.now() / 6e4),
      digest,
      today: day,
      path: location.pathname.slice(0, LONGEST_PATH),
    };
    const [next, taken] = take(kept, waiting, stamp, recordFits, trim);
    waiting.splice(0, taken);
    if (writeRecord(next, day)) next[2].forEach(send);
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

  const send = async (beacon: Pending): Promise<void> => {
    const [nonce] = beacon;
    if (sending.has(nonce)) return;
    sending.add(nonce);
    try {
      const answer = await post(relay, site, beacon);
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
