/**
 * The story of one page: may we, who is it, what do they see, what is there to tell.
 * May not know how any of it is done.
 */

import { attend, attention } from "./engagement.ts";
import { enterExperiments, entered } from "./experiments.ts";
import { convert, type Worth } from "./goals.ts";
import { openRecord, readRecord, refuseRecord } from "./jar.ts";
import { expose, view, visit } from "./ledger.ts";
import { beginTelling, endTelling, tell, tellOnce, waiting } from "./report.ts";
import { sourceOf } from "./source.ts";
import { visited } from "./triggers.ts";

interface Signals extends Navigator {
  readonly globalPrivacyControl?: boolean;
  readonly doNotTrack: string | null;
}

/** What four in five of the machines known to visit pages say of themselves; there are telephones called Cubot. */
const BOT = /compatible;|http|[^u]bot\b|crawl|spider/i;

/** Whether the visitor, through the browser, asked to be left alone, or is no visitor at all. */
export const refused = (signals: Signals = navigator): unknown =>
  (uses.experiments && BOT.test(signals.userAgent)) ||
  signals.webdriver ||
  (uses.gpc && signals.globalPrivacyControl) ||
  (uses.dnt && signals.doNotTrack === "1");

export const reach = (worth: Worth): void =>
  plan.goals.forEach(goal => {
    const amount = worth(goal);
    if (amount !== false) tell(convert([goal[0], amount]));
  });

const exposeAll = (): void => {
  entered.forEach(([variation], run) => tell(expose(run, variation)));
};

/** The page is looked at. */
export const look = (referrer = document.referrer): void => {
  if (uses.engagement) attend();
  tell(visit);
  tell(view(sourceOf(referrer)));
  if (uses.experiments) exposeAll();
  if (uses.visit) reach(visited);
};

/** The page is left, or becomes another. */
export const depart = (): void => {
  const entry = attention();
  if (entry) tellOnce(entry);
};

export const begin = (saysYes?: boolean): void => {
  const kept = !waiting && !refused() && openRecord(saysYes);
  if (!kept) return;
  beginTelling();
  // Who is sent on to another page has seen nothing of this one.
  if (uses.redirect) {
    if (enterExperiments(kept)) return;
  } else if (uses.experiments) enterExperiments(kept);
  look();
};

/** The address is another without a new page; `viewed` is whether that is one to whoever looks at it. */
export const move = (viewed: boolean): void => {
  const kept = waiting && openRecord();
  if (!kept) return;
  if (uses.redirect) {
    if (enterExperiments(kept)) return;
  } else if (uses.experiments) enterExperiments(kept);
  if (uses.engagement && viewed) depart();
  // The page that is left is no other site.
  if (viewed) look("");
  else if (uses.experiments) exposeAll();
};

/** The visitor agrees, or wants none of it. */
export const answer = (yes: boolean): void => {
  if (refused()) return;
  // Another tab may have been told no since.
  if (!yes || !readRecord()) endTelling();
  if (yes) begin(yes);
  else refuseRecord();
};
