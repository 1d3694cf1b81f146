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

/** Whether the visitor, through the browser, asked to be left alone, or is no visitor at all. */
const refused = ({ honour }: Linked["p"], { webdriver, globalPrivacyControl, doNotTrack }: Signals): unknown =>
  webdriver || honour.some(signal => (signal === "gpc" ? globalPrivacyControl : doNotTrack === "1"));

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

  const tell = (...changes: readonly Change[]): void => {
    if (running) report(...changes);
  };
  const reach = (hits: readonly Hit[] = []): void => hits.forEach(hit => convert && tell(convert(plan, hit)));

  const page = (): void => {
    tell(visit, view(sourceOf(document.referrer, location, plan.domains)));
    shown.forEach(seen => expose && tell(expose(...seen)));
    reach(matchesPage && goalsVisited?.(plan.goals, matchesPage, location));
  };

  const begin = (): void => {
    const kept = free && !running && store.openRecord();
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
    store.forgetRecord();
  };

  const hearQueue = install({
    ...verbsOf(linked, tell, reach, key => shown.get(key)?.[1]),
    consent: (given: boolean) => (given ? begin() : end()),
  });
  if (!hearQueue) return;
  if (!plan.consent || (free && store.readRecord(0))) quiet(begin)();
  touches?.forEach(([type, goalsOf]) =>
    addEventListener(
      type,
      quiet((event: Event) => reach(goalsOf(plan.goals, event))),
      true,
    ),
  );
  const back = quiet(({ persisted }: PageTransitionEvent) => persisted && page());
  addEventListener("pageshow", back);
  hearQueue();
};
