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
  /** The record, or a new one where only a seed is claimed as yet; undefined where there is neither, null where the
   * visitor said no. */
  readonly readRecord: (day: number) => Kept | null | undefined;
  /** The same, and a seed is claimed where there is none, or where the visitor said no before and now says yes;
   * undefined where nothing can be kept. Its days are not to be relied on: which day it is would cost too much to ask
   * while the page waits. */
  readonly openRecord: (saysYes?: boolean) => Kept | null | undefined;
  /** Whether the record is now in the cookie; by the browser's clock it is `day`. */
  readonly writeRecord: (kept: Kept, day: number) => boolean;
  readonly recordFits: Fits;
  /** Deletes what is kept, and where `no` must be remembered keeps nothing but that. */
  readonly forgetRecord: (no: boolean) => void;
}

const DAY_S = 86_400;
/** Instead of a record: the visitor wants none. The same for everybody. */
const NO = "0";
const NO_DAYS = 395;
/** Pages that may have been opened at the same instant, each with its claim. */
const CLAIMS = 9;

export const jar = ({ site, domains }: Plan, { protocol, hostname }: Location): Jar => {
  const name = `lb_${site}`;
  const shared = domains.find(domain => `.${hostname}`.endsWith(`.${domain}`));

  const find = (rest: string, cookies = document.cookie): string | undefined =>
    cookies.match(`(?:^|; )${name}${rest}`)?.[1];
  const value = (cookies?: string): string | undefined => find("=([^;]*)", cookies);
  // Pages opened at the same instant, with no record yet, each claim a seed by a cookie of its own, and none can
  // overwrite another's. Browsers list cookies in the order of their making, so all go by the first.
  const claim = (cookies?: string): string | undefined => find("\\.(\\w+)=", cookies);

  const put = (key: string, text: string, age: number, domain = shared): void => {
    // biome-ignore lint/suspicious/noDocumentCookie: decisions are synchronous, and so must their record be
    document.cookie =
      `${key}=${text};Path=/;SameSite=Lax;Max-Age=${age}` +
      (domain ? `;Domain=${domain}` : "") +
      (protocol === "https:" ? ";Secure" : "");
  };

  const unclaim = (): void => {
    for (let left = CLAIMS; left && claim(); left--) put(`${name}.${claim()}`, "", 0);
  };

  // Here and at every parent domain: the plan's domains may have been others when the cookie was written.
  const clear = (): void => {
    unclaim();
    put(name, "", 0, "");
    hostname.split(".").forEach((_, i, labels) => put(name, "", 0, labels.slice(i).join(".")));
  };

  // One look: whoever said no is not looked at twice.
  const read = (day: number): Kept | null | undefined => {
    const cookies = document.cookie;
    const text = value(cookies) ?? "";
    const seed = claim(cookies);
    return text === NO ? null : (decode(text) ?? (seed ? newRecord(seed, day) : undefined));
  };

  const open = (saysYes?: boolean): Kept | null | undefined => {
    const kept = read(0);
    if (kept || (kept === null && !saysYes)) return kept;
    if (kept === null) clear();
    put(`${name}.${newSeed()}`, "", DAY_S);
    return read(0);
  };

  const forget = (no: boolean): void => {
    const cookies = document.cookie;
    if (no && value(cookies) === NO) return;
    if ((value(cookies) ?? claim(cookies)) !== undefined) clear();
    if (no) put(name, NO, NO_DAYS * DAY_S);
  };

  const write = (kept: Kept, day: number): boolean => {
    const text = encode(kept);
    const set = (): void => put(name, text, daysLeft(kept, day) * DAY_S);
    set();
    if (value() !== text) {
      clear();
      set();
    }
    unclaim();
    return value() === text;
  };

  return {
    lockName: name,
    readRecord: read,
    openRecord: open,
    writeRecord: write,
    forgetRecord: forget,
    recordFits: (kept, spare = 0) => name.length + encode(kept).length + spare <= CAP,
  };
};
