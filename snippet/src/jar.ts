/**
 * The first-party cookie `lb_SITE`, the only thing that is kept in the browser.
 * May not know what the record in it means.
 */

import { newSeed } from "./chance.ts";
import type { Fits } from "./outbox.ts";
import type { Plan } from "./plan.ts";
import { CAP, daysLeft, decode, encode, type Kept, newRecord } from "./record.ts";

export interface Jar {
  readonly lockName: string;
  /** The record, or a new one where only a seed is claimed as yet; undefined where there is neither. */
  readonly readRecord: (day: number) => Kept | undefined;
  /** The same, and a seed is claimed where there is none; undefined where nothing can be kept. Its days are not to be
   * relied on: which day it is would cost too much to ask while the page waits. */
  readonly openRecord: () => Kept | undefined;
  /** Whether the record is now in the cookie; by the browser's clock it is `day`. */
  readonly writeRecord: (kept: Kept, day: number) => boolean;
  readonly recordFits: Fits;
  readonly forgetRecord: () => void;
}

const CLAIM_S = 86_400;

export const jar = ({ site, domains }: Plan, { protocol, hostname }: Location): Jar => {
  const name = `lb_${site}`;
  const shared = domains.find(domain => `.${hostname}`.endsWith(`.${domain}`));

  const find = (rest: string): string | undefined => document.cookie.match(`(?:^|; )${name}${rest}`)?.[1];
  const value = (): string | undefined => find("=([^;]*)");
  // Pages opened at the same instant, with no record yet, each claim a seed by a cookie of its own, and none can
  // overwrite another's. Browsers list cookies in the order of their making, so all go by the first.
  const claim = (): string | undefined => find("\\.(\\w+)=");

  const put = (key: string, text: string, age: number, domain = shared): void => {
    // biome-ignore lint/suspicious/noDocumentCookie: decisions are synchronous, and so must their record be
    document.cookie =
      `${key}=${text};Path=/;SameSite=Lax;Max-Age=${age}` +
      (domain ? `;Domain=${domain}` : "") +
      (protocol === "https:" ? ";Secure" : "");
  };

  const unclaim = (): void => put(`${name}.${claim()}`, "", 0);

  // Here and at every parent domain: the plan's domains may have been others when the cookie was written.
  const clear = (): void => {
    unclaim();
    put(name, "", 0, "");
    hostname.split(".").forEach((_, i, labels) => put(name, "", 0, labels.slice(i).join(".")));
  };

  const read = (day: number): Kept | undefined => {
    const seed = claim();
    return decode(value() ?? "") ?? (seed ? newRecord(seed, day) : undefined);
  };

  const open = (): Kept | undefined => {
    const kept = read(0);
    if (kept) return kept;
    put(`${name}.${newSeed()}`, "", CLAIM_S);
    return read(0);
  };

  const write = (kept: Kept, day: number): boolean => {
    const text = encode(kept);
    const set = (): void => put(name, text, daysLeft(kept, day) * 86_400);
    set();
    if (value() !== text) {
      clear();
      set();
    }
    if (claim()) unclaim();
    return value() === text;
  };

  return {
    lockName: name,
    readRecord: read,
    openRecord: open,
    writeRecord: write,
    forgetRecord: clear,
    recordFits: (kept, spare = 0) => name.length + encode(kept).length + spare <= CAP,
  };
};
