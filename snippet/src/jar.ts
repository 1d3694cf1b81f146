/**
 * The first-party cookie `lb_SITE`, the only thing that is kept in the browser.
 * May not know what the record in it means.
 */

import { newSeed } from "./chance.ts";
import { isUnder } from "./domains.ts";
import { listen } from "./quiet.ts";
import { daysLeft, decode, encode, type Kept, NO, newRecord } from "./record.ts";

/** Browsers stop at 4,096 bytes for name and value; the name takes 43 at most. */
export const ROOM = 3_750;

const DAY_S = 86_400;

const NO_DAYS = 395;

/** Pages that may have been opened at the same instant. */
const CLAIMS = 9;

/** The seed of a visitor who has no record and may be given one: only a page that has just begun makes visitors. */
let welcome: string | undefined;

const shared = uses.domains ? plan.domains.find(isUnder(location.hostname)) : "";

const value = (): string | undefined => document.cookie.match(`(?:^| )${plan.record}=([^;]*)`)?.[1];
// Pages opened at the same instant, with no record yet, each claim a seed by a cookie of its own, and none can
// overwrite another's. Browsers list cookies in the order of their making, so all go by the first.
const claim = (): string | undefined => document.cookie.match(`(?:^| )${plan.record}\\.(\\w+)=`)?.[1];

/** Sets the cookie whose name is the record's and what stands before the text's `=`. */
const put = (text: string, age: number, domain = shared): void => {
  // biome-ignore lint/suspicious/noDocumentCookie: decisions are synchronous, and so must their record be
  document.cookie = `${plan.record + text};Path=/;SameSite=Lax;Max-Age=${age}${domain ? `;Domain=${domain}` : ""}${
    location.protocol === "https:" ? ";Secure" : ""
  }`;
};

/** The record stands: no page needs to agree on a seed any more. */
export const unclaim = (): void => {
  for (let left = CLAIMS; left-- && claim(); ) put(`.${claim()}=`, 0);
};

/** Here and at every parent domain: the plan's domains may have been others when the cookie was written. */
const forgetRecord = (domain = location.hostname): void => {
  if (uses.experiments) unclaim();
  put("=", 0, domain);
  // What is left after the last label is no domain: the host alone.
  if (domain) forgetRecord(domain.replace(/^[^.]*\.?/, ""));
};

/** Deletes what is kept, if anything is. Where nobody is asked, the no is kept instead. */
export const refuseRecord = (): void => {
  if (uses.consent ? !value() && !claim() : readRecord() === NO) return;
  forgetRecord();
  if (!uses.consent) put(`=${NO}`, NO_DAYS * DAY_S);
};

/** The record, or a new one where there may be one; undefined where there is neither, NO where the visitor said so. */
export const readRecord = (day = 0): Kept | typeof NO | undefined =>
  decode(value()) ?? newRecord(uses.experiments ? claim() : welcome, day);

const welcomed = (): Kept | typeof NO | undefined => {
  welcome = newSeed();
  return readRecord();
};

/** Nothing is stored before the page is looked at; what is decided for it until then is decided by the seed. */
const claimed = (): Kept | typeof NO | undefined => {
  const seed = newSeed();
  const take = (): void => put(`.${seed}=`, DAY_S);
  if ((document as Document & { readonly prerendering?: boolean }).prerendering) {
    listen("prerenderingchange", take);
    return newRecord(seed, 0);
  }
  take();
  return readRecord();
};

/**
 * The record as it is when a page begins; nothing where none can be kept, or the visitor said no and does not say
 * yes now. Its days are not to be relied on: which day it is would cost too much to ask while the page waits.
 */
export const openRecord = (saysYes?: boolean): Kept | typeof NO | undefined => {
  if (saysYes && !readRecord()) forgetRecord();
  return readRecord() ?? (uses.experiments ? claimed() : welcomed());
};

/** Whether the record is now in the cookie. */
export const writeRecord = (kept: Kept, day: number): boolean => {
  const text = encode(kept);
  const age = daysLeft(kept, day) * DAY_S;
  const isSet = (): boolean => {
    put(`=${text}`, age);
    return value() === text;
  };
  welcome = undefined;
  return isSet() || !!(forgetRecord() as unknown) || isSet();
};
