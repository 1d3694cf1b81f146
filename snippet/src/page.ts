/**
 * The story of one page: may we, who is it, what do they see, what is there to tell.
 * May not know how any of it is done.
 */

import { enterExperiments, type Shown } from "./experiments.ts";
import { convert, type Hit } from "./goals.ts";
import { forgetRecord, openRecord } from "./jar.ts";
import { expose, view, visit } from "./ledger.ts";
import { beginTelling, endTelling, isTelling, tell } from "./report.ts";
import { sourceOf } from "./source.ts";
import { goalsVisited } from "./triggers.ts";

interface Signals extends Navigator {
  readonly globalPrivacyControl?: boolean;
  readonly doNotTrack: string | null;
}

let shown: Shown | undefined;

/** Whether the visitor, through the browser, asked to be left alone, or is no visitor at all. */
export const refused = (signals: Signals = navigator): unknown =>
  signals.webdriver || (uses.gpc && signals.globalPrivacyControl) || (uses.dnt && signals.doNotTrack === "1");

export const reach = (hits: readonly Hit[]): void => hits.forEach(hit => tell(convert(plan.experiments, hit)));

export const variationOf = (experiment: string): string | undefined => shown?.get(experiment)?.[1];

/** The page is looked at. */
export const look = (): void => {
  tell(visit);
  tell(view(sourceOf(document.referrer, location, plan.domains)));
  if (uses.experiments) shown?.forEach(seen => tell(expose(...seen)));
  if (uses.visit) reach(goalsVisited(plan.goals, location));
};

export const begin = (): void => {
  const kept = isTelling() || refused() ? undefined : openRecord();
  if (!kept) return;
  beginTelling();
  if (uses.experiments) {
    shown = enterExperiments(kept, location, tell);
    // Who is sent on to another page has seen nothing of this one.
    if (!shown) return;
  }
  look();
};

export const end = (): void => {
  endTelling();
  forgetRecord();
};
