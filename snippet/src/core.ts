/**
 * The story of one page: may we, who is it, what do they see, what is there to tell.
 * May not know how any of it is done.
 */

import type { Shown } from "./experiments.ts";
import type { Hit } from "./goals.ts";
import { jar } from "./jar.ts";
import { type Change, view, visit } from "./ledger.ts";
import type { Linked } from "./linked.ts";
import { quiet } from "./quiet.ts";
import { reporter } from "./report.ts";
import { sourceOf } from "./source.ts";
import { install, verbsOf } from "./verbs.ts";

interface Signals extends Navigator {
  readonly globalPrivacyControl?: boolean;
  readonly doNotTrack: string | null;
}

/** What four in five of the machines known to visit pages say of themselves; there are telephones called Cubot. */
const BOT = /compatible;|http|[^u]bot\b|crawl|spider/i;

/** Whether the visitor, through the browser, asked to be left alone, or is no visitor at all. */
const refused = (
  { honour }: Linked["p"],
  { webdriver, userAgent, globalPrivacyControl, doNotTrack }: Signals,
): unknown =>
  webdriver ||
  BOT.test(userAgent) ||
  honour.some(signal => (signal === "gpc" ? globalPrivacyControl : doNotTrack === "1"));

export const start = (linked: Linked): void => {
  const {
    p: plan,
    d: digest,
    matchesPage,
    convert,
    enterExperiments,
    expose,
    trimLedger,
    goalsVisited,
    touches,
  } = linked;
  const free = !refused(plan, navigator);
  const store = jar(plan, location);
  const report = reporter(plan, digest, store, ledger => trimLedger?.(plan.experiments, ledger) ?? ledger);
  let shown: Shown = new Map();
  let running = false;
  let answered = false;

  const tell = (...changes: readonly Change[]): void => {
    if (running) report(...changes);
  };
  const reach = (hits: readonly Hit[] = []): void => hits.forEach(hit => convert && tell(convert(plan, hit)));

  const page = (): void => {
    tell(visit, view(sourceOf(document.referrer, location, plan.domains)));
    shown.forEach(seen => expose && tell(expose(...seen)));
    reach(matchesPage && goalsVisited?.(plan.goals, matchesPage, location));
  };

  const begin = (saysYes?: boolean): void => {
    const kept = free && !running && store.openRecord(saysYes);
    if (!kept) return;
    running = true;
    const seen = enterExperiments ? enterExperiments(linked, kept, location, tell) : shown;
    // Who is sent on to another page has seen nothing of this one.
    if (!seen) return;
    shown = seen;
    page();
  };

  const end = (): void => {
    running = false;
    // Where nobody is asked, a no is remembered; elsewhere it is as if there had been no answer.
    if (free) store.forgetRecord(!plan.consent);
  };

  const hearQueue = install({
    ...verbsOf(linked, tell, reach, key => shown.get(key)?.[1]),
    consent: (given: boolean) => {
      answered = true;
      if (given) begin(true);
      else end();
    },
  });
  if (!hearQueue) return;
  // What the page knows already spares us to look.
  hearQueue(true);
  if (!answered && (!plan.consent || (free && store.readRecord(0)))) quiet(begin)();
  touches?.forEach(([type, goalsOf]) =>
    addEventListener(
      type,
      quiet((event: Event) => reach(goalsOf(plan.goals, event))),
      true,
    ),
  );
  const back = quiet(({ persisted }: PageTransitionEvent) => persisted && page());
  addEventListener("pageshow", back);
  hearQueue(false);
};
