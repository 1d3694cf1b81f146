/**
 * The first-party cookie `lb_SITE`, the only thing that is kept in the browser.
 * May not know what the record in it means.
 */

import type { Plan } from "./plan.ts";
import { CAP, daysLeft, decode, encode, type Kept, newRecord } from "./record.ts";

export interface Jar {
  readonly name: string;
  readonly read: () => Kept | undefined;
  /** The record, made now where there is none; undefined where nothing can be kept. */
  readonly open: (day: number) => Kept | undefined;
  /** Whether the record is now in the cookie, whose browser's calendar is at `day`. */
  readonly write: (kept: Kept, day: number) => boolean;
  readonly fits: (kept: Kept) => boolean;
  readonly clear: () => void;
}

export const jar = ({ site, domains }: Plan, { protocol, hostname }: Location): Jar => {
  const name = `lb_${site}`;
  const shared = domains.find(domain => `.${hostname}`.endsWith(`.${domain}`));

  const value = (): string | undefined =>
    document.cookie
      .split("; ")
      .find(pair => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1);

  const put = (text: string, domain: string | undefined, age: number): void => {
    // biome-ignore lint/suspicious/noDocumentCookie: decisions are synchronous, and so must their record be
    document.cookie =
      `${name}=${text};Path=/;SameSite=Lax;Max-Age=${age}` +
      (domain ? `;Domain=${domain}` : "") +
      (protocol === "https:" ? ";Secure" : "");
  };

  // Here and at every parent domain: the plan's domains may have been others when the cookie was written.
  const clear = (): void => {
    put("", "", 0);
    hostname.split(".").forEach((_, i, labels) => put("", labels.slice(i).join("."), 0));
  };

  const read = (): Kept | undefined => decode(value() ?? "");

  const set = (kept: Kept, day: number): boolean => {
    const text = encode(kept);
    put(text, shared, daysLeft(kept, day) * 86_400);
    return value() === text;
  };

  const write = (kept: Kept, day: number): boolean => {
    if (set(kept, day)) return true;
    clear();
    return set(kept, day);
  };

  const open = (day: number): Kept | undefined => {
    const kept = read();
    if (kept) return kept;
    if (value()) clear();
    set(newRecord(day), day);
    // What another page wrote in the same instant, if it came later, is the one that both go by.
    return read();
  };

  return { name, read, open, write, clear, fits: kept => name.length + encode(kept).length < CAP };
};
