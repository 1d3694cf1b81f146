/**
 * One visitor's history: days of sittings, pages in several tabs, crashes, a network that fails, consent given and
 * taken back. Everything that happens is written down as it happens, beside what the snippet made of it.
 * May not know how anything is counted.
 */

import { decode, type Kept } from "../../src/record.ts";
import { type Browser, type Call, newBrowser, type Page, type Script } from "./browser.ts";
import { type Chance, newChance } from "./chance.ts";
import { type Network, newNetwork } from "./network.ts";
import { newTimeline, type Timeline } from "./timeline.ts";

/** What a visitor did that is to be counted. */
export type Deed = readonly ["view"] | readonly ["event", string] | readonly ["goal", string, number];

export type Line =
  /** The record holds a beacon more: from now on these deeds have happened. */
  | {
      readonly line: "kept";
      readonly nonce: string;
      readonly who: string;
      readonly minute: number;
      /** The world's day, whatever the browser's clock says. */
      readonly today: number;
      readonly body: string;
      readonly deeds: readonly Deed[];
      readonly shown: Readonly<Record<string, string | null>>;
    }
  /** The relay has the beacon, on its own day. */
  | { readonly line: "heard"; readonly nonce: string; readonly body: string; readonly day: number }
  /** The record no longer holds the beacon, for a reason other than that a relay has it. */
  | { readonly line: "gone"; readonly nonce: string; readonly why: "old" | "deleted" | "unsent" }
  /** The browser's clock went forward or back by more than a day. */
  | { readonly line: "jump" }
  /** Something happened that must not. */
  | { readonly line: "wrong"; readonly what: string };

/** What sort of visitor it is. */
export interface Kind {
  readonly days: number;
  readonly hasLocks: boolean;
  /** Whether the site asks for consent, and whether the visitor changes their mind. */
  readonly asks: boolean;
  readonly wavers: boolean;
  /** Whether the clock jumps. */
  readonly jumps: boolean;
}

interface Visited {
  readonly page: Page;
  readonly deeds: Deed[];
  /** How many of them the record has taken. */
  taken: number;
  isOn: boolean;
  /** The record was deleted under it, and with it some of what it did. */
  isForgotten: boolean;
  shown: Readonly<Record<string, string | null>>;
}

interface Life {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly network: Network;
  readonly browser: Browser;
  readonly script: Script;
  readonly kind: Kind;
  readonly pages: Map<string, Visited>;
  readonly tabs: Visited[];
  readonly write: (line: Line) => void;
  agreed: boolean;
}

const DAY_MS = 864e5;
const MINUTE_MS = 6e4;
const COOKIE = "lb_shop";
const NO = "0";
const OUTBOX = 4;
const ENTRIES = 30;
const ROOMY = 2_500;
const EXPERIMENTS = ["hero", "price"];
const FIRST_DAY = 20_700;
const FOLDERS = ["home", "home", "shop", "thanks"];
/** Around half an hour, where sessions end, and next to nothing, where tabs meet. */
const PAUSES_MS = [0, 0, 1, 2, 5, 50, 700, 20_000, 5 * MINUTE_MS, 29 * MINUTE_MS, 30 * MINUTE_MS, 31 * MINUTE_MS];

/** The whole history, line by line. */
export const live = async (seed: number, kind: Kind, script: Script, write: (line: Line) => void): Promise<void> => {
  const chance = newChance(seed);
  const timeline = newTimeline(FIRST_DAY * DAY_MS + chance.between(0, 400) * DAY_MS + chance.between(0, DAY_MS - 1));
  const network = newNetwork(timeline, chance, (nonce, body, day) => {
    heard.add(nonce);
    write({ line: "heard", nonce, body, day });
  });
  const heard = new Set<string>();
  const pages = new Map<string, Visited>();
  const watch = watching(pages, heard, timeline, () => browser.clock(), write);
  const browser = newBrowser(timeline, chance, network, kind.hasLocks, (page, name, value) => {
    if (name !== COOKIE) return;
    if (!life.agreed && value && value !== NO) write({ line: "wrong", what: `written without consent: ${page.path}` });
    watch(page, value);
  });
  const life: Life = {
    ...{ timeline, chance, network, browser, script, kind, pages, tabs: [], write },
    agreed: !kind.asks,
  };
  const end = timeline.now() + kind.days * DAY_MS;
  while (timeline.now() < end) await sit(life);
  for (const { page } of life.tabs) page.die(0);
  // What is on its way arrives.
  await timeline.pass(10 * MINUTE_MS);
  const kept = browser.cookies().find(([name]) => name === COOKIE);
  for (const [nonce] of outboxOf(kept?.[1] ?? "")) if (!heard.has(nonce)) write({ line: "gone", nonce, why: "unsent" });
};

const outboxOf = (value: string): Kept[2] => (decode(value) || undefined)?.[2] ?? [];

/** Compares each record with the one before it. */
const watching = (
  pages: ReadonlyMap<string, Visited>,
  heard: ReadonlySet<string>,
  { now }: Timeline,
  clock: () => number,
  write: (line: Line) => void,
) => {
  let before: Kept[2] = [];
  let seenAt = new Map<string, number>();

  return (page: Page, value: string): void => {
    const kept = decode(value) || undefined;
    const outbox = kept?.[2] ?? [];
    for (const [nonce] of before) {
      if (heard.has(nonce) || outbox.some(([other]) => other === nonce)) continue;
      // By the browser's clock, right or wrong.
      const isOld = Math.abs(clock() - (seenAt.get(nonce) ?? 0)) >= DAY_MS - MINUTE_MS;
      if (!value || value === NO) write({ line: "gone", nonce, why: "deleted" });
      else if (isOld) write({ line: "gone", nonce, why: "old" });
      else write({ line: "wrong", what: `${nonce} left the outbox of ${page.path} though no relay has it` });
    }
    const fresh = outbox.filter(([nonce]) => !before.some(([other]) => other === nonce));
    for (const [nonce, minute, cfg, d, p, src, e] of fresh) {
      const visited = pages.get(p);
      const deeds = visited ? taken(visited, e) : undefined;
      if (!visited || !deeds) write({ line: "wrong", what: `${p} reports what nobody did: ${JSON.stringify(e)}` });
      else
        write({
          ...{ line: "kept", nonce, who: kept?.[1][0] ?? "", minute, deeds, shown: visited.shown },
          today: Math.floor(now() / DAY_MS),
          body: JSON.stringify({ v: 1, cfg, d, p, src, e }),
        });
    }
    seenAt = new Map(outbox.map(([nonce]) => [nonce, seenAt.get(nonce) ?? clock()]));
    before = outbox;
  };
};

/** A deed, or the entry that reports it, in one text; the amount is a deed's third item and an entry's sixth. */
const nameOf = (item: readonly unknown[]): string => {
  const [kind, name, third] = item;
  if (kind === "view") return "view";
  return kind === "goal" ? `goal ${name} ${item.length > 3 ? (item[5] ?? 0) : third}` : `event ${name}`;
};

/** The deeds that the entries report, undefined where these are not the next ones. */
const taken = (visited: Visited, entries: readonly (readonly unknown[])[]): readonly Deed[] | undefined => {
  const reported = entries.filter(([kind]) => kind === "view" || kind === "event" || kind === "goal").map(nameOf);
  const found = reported.map(name => {
    while (visited.isForgotten && visited.taken < visited.deeds.length && name !== nameOf(next())) visited.taken++;
    const deed = next();
    visited.taken++;
    return deed;
  });
  function next(): Deed {
    return visited.deeds[visited.taken] ?? ["view"];
  }
  return visited.taken <= visited.deeds.length && found.map(nameOf).join() === reported.join() ? found : undefined;
};

/** A while in front of the screen, and then none. */
const sit = async (life: Life): Promise<void> => {
  const { chance, network, timeline, kind } = life;
  network.trouble = chance.oneOf([0, 0, 0, 0.2, 0.5, 1]);
  if (kind.jumps && chance.happens(0.2)) jump(life);
  for (let left = chance.between(1, 12); left > 0; left--) {
    await act(life);
    await timeline.pass(chance.oneOf(PAUSES_MS));
  }
  life.tabs.splice(0).forEach(tab => (chance.happens(0.7) ? leave(life, tab) : tab.page.die(0)));
  await timeline.pass(chance.oneOf([0.01, 0.3, 0.7, 0.9, 1.1, 2, 5, 31, 33]) * DAY_MS * (0.7 + 0.6 * chance.draw()));
};

/** The clock is set right, or wrong by so many days. */
const jump = ({ browser, chance, write }: Life): void => {
  const ahead = chance.oneOf([0, 0, -1, 1, -40, 3_000]) * DAY_MS;
  if (ahead !== browser.ahead) write({ line: "jump" });
  browser.ahead = ahead;
};

/** The page is left; what it did is told, unless there is no room for it. */
const leave = ({ browser, write }: Life, visited: Visited): void => {
  const { page, deeds } = visited;
  const livedOn = page.leave();
  const value = browser.cookies().find(([name]) => name === COOKIE)?.[1] ?? "";
  const outbox = outboxOf(value);
  const isFull =
    outbox.length >= OUTBOX || value.length > ROOMY || outbox.some(([, , , , , , e]) => e.length >= ENTRIES);
  if (livedOn && visited.isOn && !visited.isForgotten && !isFull && visited.taken < deeds.length)
    write({ line: "wrong", what: `${page.path} was left with ${deeds.length - visited.taken} deeds untold` });
};

const act = async (life: Life): Promise<void> => {
  const { chance, tabs, timeline, kind } = life;
  const tab = tabs.length ? chance.oneOf(tabs) : undefined;
  const what = chance.draw();
  if (!tab || what < 0.2) {
    // Several at the same instant, as a browser that restores its tabs opens them.
    for (let more = chance.oneOf([1, 1, 1, 2, 4]); more > 0 && tabs.length < 6; more--) visit(life);
  } else if (what < 0.5) {
    if (chance.happens(0.4)) doSomething(life, tab);
    leave(life, tab);
    tabs.splice(tabs.indexOf(tab), 1);
    await timeline.pass(chance.between(0, 30));
    visit(life);
  } else if (what < 0.6) {
    tab.page.die(chance.between(0, 8));
    doSomething(life, tab);
    tabs.splice(tabs.indexOf(tab), 1);
  } else if (kind.wavers && what < 0.68) {
    answer(life, tab, !life.agreed);
  } else doSomething(life, tab);
};

/** A page is opened, and with luck lives long enough to tell of it. */
const visit = (life: Life): void => {
  const { browser, chance, script, pages, kind, tabs, agreed } = life;
  const path = `/${chance.oneOf(FOLDERS)}/${pages.size}`;
  const early: Call[] = chance.happens(0.2) ? [["event", "early"]] : [];
  const lifetime = chance.happens(0.1) ? chance.between(1, 25) : Number.POSITIVE_INFINITY;
  const visited: Visited = {
    page: undefined as unknown as Page,
    deeds: [],
    taken: 0,
    isForgotten: false,
    isOn: agreed && (!kind.asks || browser.cookies().some(([name]) => name.startsWith(COOKIE))),
    shown: {},
  };
  pages.set(path, visited);
  Object.assign(visited, { page: browser.open(path, script, early, lifetime) });
  if (visited.isOn) begin(visited, path);
  if (visited.isOn && early.length) visited.deeds.push(["event", "early"]);
  tabs.push(visited);
};

/** What a page does that has just begun to count. */
const begin = (visited: Visited, path: string): void => {
  visited.deeds.push(["view"]);
  if (path.startsWith("/thanks/")) visited.deeds.push(["goal", "thanks", 0]);
  const shown: Record<string, string | null> = {};
  for (const experiment of EXPERIMENTS) {
    visited.page.say("variation", experiment, (variation: string | null) => {
      shown[experiment] = variation;
    });
  }
  visited.shown = shown;
};

const keeps = ({ browser }: Life): boolean =>
  browser.cookies().some(([name, value]) => name.startsWith(COOKIE) && value !== NO);

/** By what is kept: a record or a claim where visitors are asked, anything but a no elsewhere. */
const agrees = (life: Life): boolean =>
  keeps(life) || !(life.kind.asks || life.browser.cookies().some(([name]) => name === COOKIE));

const answer = (life: Life, visited: Visited, yes: boolean): void => {
  if (!visited.page.isAlive()) return;
  life.agreed = yes;
  const isKnown = keeps(life);
  visited.page.say("consent", yes);
  // Who closes the browser in the middle of it is asked again, or has not been heard.
  if (!visited.page.isAlive()) life.agreed = agrees(life);
  if (!yes) for (const other of life.pages.values()) other.isForgotten = true;
  if (yes && !(visited.isOn && isKnown)) begin(visited, visited.page.path);
  visited.isOn = yes;
};

const DEEDS: readonly (readonly [call: Call, deeds: readonly Deed[]])[] = [
  [["event", "scrolled"], [["event", "scrolled"]]],
  [["goal", "signup"], [["goal", "signup", 0]]],
  [["goal", "purchase", 20], [["goal", "purchase", 2_000]]],
  [["goal", "purchase", -5.5], [["goal", "purchase", -550]]],
  [
    ["event", "purchase", { amount: 49.99 }],
    [
      ["event", "purchase"],
      ["goal", "purchase", 4_999],
    ],
  ],
];

const doSomething = ({ chance }: Life, { page, deeds, isOn }: Visited): void => {
  const [call, done] = chance.oneOf(DEEDS);
  for (let times = chance.oneOf([1, 1, 1, 2, 3, 20]); times > 0; times--) {
    if (isOn && page.isAlive()) deeds.push(...done);
    page.say(...call);
  }
};
