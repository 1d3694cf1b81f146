/**
 * Tells the relay what changed in the ledger, each change exactly once: lock, read, compute, one write of state and
 * outbox, unlock, send, and on an answer drop the beacon from the outbox. What is left is sent again by the next page.
 * May not know what the changes are.
 */

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

const minuteNow = (): number => Math.floor(Date.now() / 6e4);

interface Prerendered extends Document {
  readonly prerendering?: boolean;
}

const nonce = (): string =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .slice(0, 22);

/** Without Web Locks (insecure pages, old browsers) one task's read and write are as close together as can be. */
const locked = (name: string, work: () => void): Promise<void> =>
  (navigator.locks ? navigator.locks.request(name, work) : Promise.resolve().then(work)).catch(() => {});

/** Takes changes and sees that they are told. */
export const reporter = (plan: Plan, digest: string, { name, read, write, fits }: Jar) => {
  const waiting: Change[] = [];
  const sending = new Set<string>();

  /** The record after as many waiting changes as one beacon, the outbox and the cookie have room for. */
  const take = (kept: Kept, day: number, minute: number): Kept => {
    const outbox = kept.outbox.filter(([, made]) => Math.abs(minute - made) < DAY_MINUTES);
    const id = nonce();
    const path = location.pathname.slice(0, LONGEST_PATH);
    let next: Kept = { ...kept, outbox };
    let said: readonly Entry[] = [];
    for (let change = waiting[0]; change && outbox.length < OUTBOX; change = waiting[0]) {
      const [ledger, more] = change(next.ledger, day + kept.behind, minute);
      const entries = [...said, ...more];
      const source = ledger.session?.[2] ?? NO_SOURCE;
      const beacon: Pending = [id, minute, digest, day + kept.behind, path, source, entries];
      const then = { ...kept, ledger, outbox: [...outbox, beacon] };
      const fitting = entries.length <= ENTRIES && fits(then);
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
    const kept = read();
    const day = today(plan.tz);
    const next = kept && take(kept, day, minuteNow());
    if (next && write(next, day)) next.outbox.forEach(send);
    else waiting.length = 0;
  };

  const flush = (): Promise<void> => locked(name, turn);

  const settle = (id: string, theirs: number): Promise<void> =>
    locked(name, () => {
      const kept = read();
      if (!kept) return;
      const day = today(plan.tz);
      const outbox = kept.outbox.filter(([other]) => other !== id);
      write(corrected({ ...kept, outbox }, day + kept.behind, theirs), day);
      turn();
    });

  const send = async ([id, , cfg, d, p, src, e]: Pending): Promise<void> => {
    if (sending.has(id)) return;
    sending.add(id);
    try {
      const answer = await fetch(`${plan.relay}/v1/b/${plan.site}?n=${id}`, {
        method: "POST",
        body: JSON.stringify({ v: 1, cfg, d, p, src, e }),
        keepalive: true,
        credentials: "omit",
        referrerPolicy: "origin",
      });
      const { day } = answer.ok ? await answer.json() : { day: Number.NaN };
      if (answer.ok || FINAL.includes(answer.status)) await settle(id, day);
    } catch {
      // It stays in the outbox.
    }
    sending.delete(id);
  };

  document.addEventListener("prerenderingchange", flush);
  // A page that is left will not be given the lock any more: its last turn is the only one taken without it.
  addEventListener("pagehide", quiet(turn));

  return (...changes: readonly Change[]): void => {
    // While some are waiting a turn is already asked for, or the outbox is full and an answer will make room.
    if (!waiting.length) flush();
    waiting.push(...changes.slice(0, WAITING - waiting.length));
  };
};
