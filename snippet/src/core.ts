/**
 * The story of one page: may we, who is it, what do they see, what is there to tell.
 * May not know how any of it is done.
 */

import type { Leadbright } from "../leadbright.d.ts";
import { today } from "./clock.ts";
import { jar } from "./jar.ts";
import { expose, happen, view, visit } from "./ledger.ts";
import type { Linked } from "./linked.ts";
import { quiet } from "./quiet.ts";
import { reporter } from "./report.ts";
import { sourceOf } from "./source.ts";
import type { Hit } from "./triggers.ts";

const EVENT = /^[a-z0-9][a-z0-9_.:-]{0,39}$/;

interface Signals extends Navigator {
  readonly globalPrivacyControl?: boolean;
  readonly doNotTrack: string | null;
}

/** The page API once it stands, as against the queue that stands in for it before. */
interface Installed extends Leadbright {
  readonly on?: boolean;
}

/** Whether the visitor, through the browser, asked to be left alone, or is no visitor at all. */
const refused = ({ honour }: Linked["p"], { webdriver, globalPrivacyControl, doNotTrack }: Signals): unknown =>
  webdriver || honour.some(signal => (signal === "gpc" ? globalPrivacyControl : doNotTrack === "1"));

export const start = (linked: Linked): void => {
  const { p: plan, matches, convert } = linked;
  const { goals } = plan;
  const store = jar(plan, location);
  const report = reporter(plan, linked.d, store);
  let shown: ReadonlyMap<string, string> = new Map();
  let running = false;

  const reach = (hits: readonly Hit[] | undefined): void =>
    hits?.forEach(([goal, amount]) => convert && report(convert(plan, goal, amount)));

  const page = (): void => {
    if (!running) return;
    report(visit, view(sourceOf(document.referrer, location, plan.domains)));
    shown.forEach((variation, experiment) => report(expose(experiment, variation)));
    reach(matches && linked.visited?.(goals, matches, location));
  };

  const begin = (): void => {
    if (running || refused(plan, navigator)) return;
    const kept = store.open(today(plan.tz));
    if (!kept) return;
    running = true;
    shown = linked.enter?.(linked, kept.ledger, location, entries => running && report(happen(...entries))) ?? shown;
    page();
  };

  const end = (): void => {
    running = false;
    store.clear();
  };

  const verbs: Readonly<Record<string, (first: never, second: never) => void>> = {
    event: (name: string, properties: Readonly<Record<string, unknown>> = {}) => {
      if (!running || !EVENT.test(name)) return;
      report(happen(["event", name]));
      reach(linked.happened?.(goals, name, properties));
    },
    goal: (key: string, amount = 0) => {
      const goal = goals.find(([known]) => known === key);
      if (running && goal) reach([[key, linked.units?.(+amount, (goal[4] as number | undefined) ?? 0) ?? 0]]);
    },
    consent: (given: boolean) => (given ? begin() : end()),
    ready: (callback: () => void) => callback(),
    variation: (experiment: string, callback: (variation: string | null) => void) =>
      callback(shown.get(experiment) ?? null),
  };

  const say = quiet((verb: string, first: never, second: never) => verbs[verb]?.(first, second));
  const early = window.leadbright as Installed | undefined;
  if (early?.on) return;
  window.leadbright = Object.assign(say, { on: true }) as Installed;
  if (!plan.consent || (!refused(plan, navigator) && store.read())) quiet(begin)();
  if (linked.clicked) {
    const click = (event: Event): unknown => running && reach(linked.clicked?.(goals, event.composedPath()));
    addEventListener("click", quiet(click), true);
  }
  addEventListener(
    "pageshow",
    quiet(({ persisted }: PageTransitionEvent) => persisted && page()),
  );
  for (const call of early?.q ?? []) say(...(Array.from(call) as [string, never, never]));
};
