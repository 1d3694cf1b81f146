/**
 * The story of one page: may we, who is it, what do they see, what is there to tell.
 * May not know how any of it is done.
 */

import type { Leadbright } from "../leadbright.d.ts";
import type { Hit } from "./goals.ts";
import { jar } from "./jar.ts";
import { type Change, expose, happen, view, visit } from "./ledger.ts";
import type { Linked } from "./linked.ts";
import { quiet } from "./quiet.ts";
import { reporter } from "./report.ts";
import { sourceOf } from "./source.ts";

const EVENT = /^[a-z0-9][a-z0-9_.:-]{0,39}$/;

interface Signals extends Navigator {
  readonly globalPrivacyControl?: boolean;
  readonly doNotTrack: string | null;
}

/** The page API once it stands, as against the queue that stands in for it before. */
interface Installed extends Leadbright {
  readonly on?: boolean;
}

type Verbs = Readonly<Record<string, (first: never, second: never) => void>>;

/** Whether the visitor, through the browser, asked to be left alone, or is no visitor at all. */
const refused = ({ honour }: Linked["p"], { webdriver, globalPrivacyControl, doNotTrack }: Signals): unknown =>
  webdriver || honour.some(signal => (signal === "gpc" ? globalPrivacyControl : doNotTrack === "1"));

export const start = (linked: Linked): void => {
  const { p: plan, matchesPage, convert } = linked;
  const { goals, consent, domains } = plan;
  const early = window.leadbright as Installed | undefined;
  const store = jar(plan, location);
  const report = reporter(plan, linked.d, store);
  const free = !refused(plan, navigator);
  let shown: ReadonlyMap<string, string> = new Map();
  let running = false;

  const tell = (...changes: readonly Change[]): unknown => running && report(...changes);
  const reach = (hits: readonly Hit[] = []): void => hits.forEach(hit => convert && tell(convert(plan, hit)));

  const page = (): void => {
    tell(visit, view(sourceOf(document.referrer, location, domains)));
    shown.forEach((variation, experiment) => tell(expose(experiment, variation)));
    reach(matchesPage && linked.goalsVisited?.(goals, matchesPage, location));
  };

  const begin = (): void => {
    const kept = free && !running && store.openRecord();
    if (!kept) return;
    running = true;
    shown = linked.enterExperiments?.(linked, kept[1], location, entries => tell(happen(...entries))) ?? shown;
    page();
  };

  const end = (): void => {
    running = false;
    store.forgetRecord();
  };

  const verbs: Verbs = {
    event: (name: string, properties: Readonly<Record<string, unknown>> = {}) => {
      if (!EVENT.test(name)) return;
      tell(happen(["event", name]));
      reach(linked.goalsHappened?.(goals, name, properties));
    },
    goal: (key: string, amount = 0) => reach(linked.goalsNamed?.(goals, key, amount)),
    consent: (given: boolean) => (given ? begin() : end()),
    ready: (callback: () => void) => callback(),
    variation: (experiment: string, callback: (variation: string | null) => void) =>
      callback(shown.get(experiment) ?? null),
  };

  if (early?.on) return;
  const say = quiet((verb: string, first: never, second: never) => verbs[verb]?.(first, second));
  window.leadbright = Object.assign(say, { on: true }) as Installed;
  if (!consent || (free && store.readRecord(0))) quiet(begin)();
  if (linked.goalsClicked) {
    addEventListener(
      "click",
      quiet(event => reach(linked.goalsClicked?.(goals, event.composedPath()))),
      true,
    );
  }
  addEventListener(
    "pageshow",
    quiet(({ persisted }) => persisted && page()),
  );
  early?.q?.forEach(call => say(...(call as unknown as Parameters<typeof say>)));
};
