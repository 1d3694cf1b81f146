/**
 * Sends a visitor on to the page that is their variation, once their exposure is kept, with nothing painted before.
 * May not know who is sent where.
 */

import { runsOn } from "./decide.ts";
import { type Change, type Exposure, expose, type Source, sessionAt, visit } from "./ledger.ts";
import type { Arm, Experiment } from "./plan.ts";
import { listen, quiet } from "./quiet.ts";
import { tell } from "./report.ts";
import { sourceOf } from "./source.ts";
import { applyStyle } from "./style.ts";

/** `before`: the variation that the visitor has seen. */
export type Shown = readonly (readonly [run: string, arm: Arm, before: string | undefined])[];

/** How long to wait for the lock, and then for the other page before this one is shown after all. */
const LOCK_MS = 500;
const PATIENCE_MS = 3_000;

const isHere = (to: string): boolean => {
  const [there, here] = [new URL(to, location.href), new URL(location.href)];
  const asks = [...there.searchParams].every(([name, value]) => here.searchParams.get(name) === value);
  return there.origin === here.origin && there.pathname === here.pathname && asks;
};

/** The address, with what the page's own says besides: its query, save what the address says itself, and its fragment. */
const onward = (to: string): string => {
  const there = new URL(to, location.href);
  const own = there.search;
  const said = new URLSearchParams(own);
  const more = location.search
    .slice(1)
    .split("&")
    .filter(pair => pair && ![...new URLSearchParams(pair).keys()].some(name => said.has(name)))
    .join("&");
  there.search = own && more ? `${own}&${more}` : own || more;
  there.hash = there.hash || location.hash;
  return there.href;
};

/** A session begins, but no page is viewed. */
const arrive =
  (source: Source): Change =>
  (ledger, _day, minute) => {
    if (sessionAt(ledger, minute)) return [];
    ledger[3] = [minute, 0, source];
    return [["session"]];
  };

/**
 * Whether the visitor was sent here by one of the variations that they keep, or this page's own redirection came back
 * to it: whoever was sent once is not sent on.
 */
const wasSent = (exposures: readonly Exposure[]): boolean => {
  const { referrer } = document;
  const sender = referrer && new URL(referrer);
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const cameBack = !!entry?.redirectCount && referrer.split("?")[0] === location.origin + location.pathname;
  const leadsHere = (experiment: Experiment): boolean => {
    const [run, arms] = experiment;
    return arms.some(
      ([key, , , , , to]) =>
        to &&
        exposures.some(([other, variation]) => other === run && variation === key) &&
        isHere(to) &&
        (!sender || runsOn(experiment, sender)),
    );
  };
  return cameBack || plan.experiments.some(leadsHere);
};

/** What is shown of this page; undefined where the visitor is on the way to another. */
export const leave = (shown: Shown, exposures: readonly Exposure[]): Shown | undefined => {
  const away = ([, [, , , , , to]]: Shown[number]): boolean => !!to && !isHere(to);
  const first = shown.find(away);
  if (!first) return shown;
  if (wasSent(exposures)) return shown.filter(one => !away(one));

  const [run, [variation, , , , , to = ""]] = first;
  const lift = applyStyle(["", 0, "html{visibility:hidden!important}"]);
  tell(visit);
  tell(arrive(sourceOf(document.referrer)));
  tell(expose(run, variation));
  let gone = false;
  const go = quiet(() => {
    if (!gone) location.replace(onward(to));
    gone = true;
  });
  const leaving = (): void => {
    // The lock is given in the order in which it was asked for: the exposure is kept by then.
    (navigator.locks?.request(plan.record, () => {}) ?? Promise.resolve()).then(go, go);
    setTimeout(go, LOCK_MS);
    setTimeout(() => lift(), PATIENCE_MS);
  };
  // A page made ready in advance counts nobody before it is looked at.
  if ((document as Document & { readonly prerendering?: boolean }).prerendering) listen("prerenderingchange", leaving);
  else leaving();
  return undefined;
};
