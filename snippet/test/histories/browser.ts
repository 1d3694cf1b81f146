/**
 * As much of a browser as the snippet asks of one: cookies, Web Locks, requests, a clock that may be wrong, and pages
 * that are left or die at any of their steps. May not know what the snippet does.
 */

import type { Chance } from "./chance.ts";
import type { Answer, Network } from "./network.ts";
import type { Timeline } from "./timeline.ts";

export interface Browser {
  /** Milliseconds by which the browser's clock is ahead of the world's. */
  ahead: number;
  readonly clock: () => number;
  /** Name and value of each cookie that has not ended. */
  readonly cookies: () => readonly (readonly [name: string, value: string])[];
  readonly clearCookies: () => void;
  /** `early`: what the site says before the script has come; `steps`: after which the process ends. */
  readonly open: (path: string, script: Script, early: readonly Call[], steps: number) => Page;
}

/** What a site says to the snippet: a verb and what belongs to it. */
export type Call = readonly [verb: string, ...rest: unknown[]];

export interface Page {
  readonly path: string;
  readonly isAlive: () => boolean;
  /** Speaks to the snippet, as the site's own code would. */
  readonly say: (...call: Call) => void;
  /** The visitor goes elsewhere; whether the process lived to the end of that. */
  readonly leave: () => boolean;
  /** The process ends, at once or after it has asked the browser for so many things more. */
  readonly die: (steps: number) => void;
}

/** What is run in a page, given the names that it finds there and what they stand for. */
export type Script = (names: Readonly<Record<string, unknown>>) => void;

/** The parameters of every script. */
export const NAMES = [
  ...["window", "globalThis", "document", "navigator", "location", "performance", "crypto", "Math", "Date", "Temporal"],
  ...["addEventListener", "setTimeout", "fetch", "Element", "MutationObserver", "innerWidth", "innerHeight"],
];

/** `code` as a script; whatever it asks of a browser it asks of the page that it runs in. */
export const scriptOf = (code: string): Script => {
  const run = new Function(...NAMES, code);
  return names => run(...NAMES.map(name => names[name]));
};

/** Told of each cookie as a page writes it. */
export type Watch = (page: Page, name: string, value: string) => void;

type Listener = (event: unknown) => void;
type Waiting = readonly [alive: () => boolean, work: () => void];

export const newBrowser = (
  timeline: Timeline,
  chance: Chance,
  network: Network,
  hasLocks: boolean,
  watch: Watch,
): Browser => {
  const jar = new Map<string, readonly [value: string, ends: number]>();
  const queue: Waiting[] = [];
  const clock = (): number => timeline.now() + browser.ahead;
  const living = () => [...jar].filter(([, [, ends]]) => ends > clock());

  const grant = (): void => {
    const [first] = queue;
    if (!first) return;
    if (first[0]()) first[1]();
    queue.shift();
    if (queue.length) timeline.after(chance.between(0, 4), grant);
  };

  const lock = (alive: () => boolean, work: () => unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      queue.push([
        alive,
        () => {
          try {
            resolve(work());
          } catch (error) {
            reject(error);
          }
        },
      ]);
      if (queue.length === 1) timeline.after(chance.between(0, 4), grant);
    });

  const Clock = new Proxy(Date, {
    construct: (real, given) => new real(...((given.length ? given : [clock()]) as [number])),
    get: (real, name) => (name === "now" ? clock : Reflect.get(real, name)),
  });

  const open: Browser["open"] = (path, script, early, lifetime) => {
    const listeners: Record<string, Listener[]> = {};
    let alive = true;
    let steps = lifetime;

    /** One more thing asked of the browser, unless the page's process has ended by now. */
    const step = (): void => {
      if (--steps < 0) alive = false;
      if (!alive) throw new Error("the process has ended");
    };
    const listen = (type: string, listener: Listener): void => {
      listeners[type] ??= [];
      listeners[type].push(listener);
    };
    const fire = (type: string, event: unknown): void => listeners[type]?.forEach(listener => listener(event));

    const document = {
      readyState: "complete",
      visibilityState: "visible",
      referrer: "",
      addEventListener: listen,
      get cookie(): string {
        step();
        return living()
          .map(([name, [value]]) => `${name}=${value}`)
          .join("; ");
      },
      set cookie(text: string) {
        step();
        const [, name = "", value = ""] = /^([^=]*)=([^;]*)/.exec(text) ?? [];
        const age = Number(/Max-Age=(-?\d+)/.exec(text)?.[1]);
        if (age > 0) jar.set(name, [value, clock() + age * 1_000]);
        else jar.delete(name);
        watch(page, name, age > 0 ? value : "");
      },
    };

    const fill = (bytes: Uint8Array): Uint8Array => bytes.map(() => chance.between(0, 255));

    const fetch = (url: string, { body }: { body: string }): Promise<Answer> => {
      step();
      return new Promise((resolve, reject) => {
        network.send(new URL(url).searchParams.get("n") ?? "", body, answer => {
          if (!alive) return;
          if (answer) resolve(answer);
          else reject(new TypeError("Failed to fetch"));
        });
      });
    };

    const request = (_name: string, work: () => unknown): Promise<unknown> => {
      step();
      return lock(() => alive, work);
    };

    const window: Record<string, unknown> = {};
    const names = {
      window,
      globalThis: window,
      document,
      navigator: { ...(hasLocks ? { locks: { request } } : {}), doNotTrack: null, userAgent: "", languages: [] },
      location: {
        ...{ protocol: "https:", hostname: "shop.example", host: "shop.example", origin: "https://shop.example" },
        ...{ pathname: path, search: "", hash: "", href: `https://shop.example${path}` },
      },
      performance: { now: timeline.now, getEntriesByType: () => [] },
      crypto: { getRandomValues: fill },
      Math: Object.create(Math, { random: { value: chance.draw } }),
      Date: Clock,
      Temporal: { Now: { plainDateISO: () => new Date(clock()).toISOString().slice(0, 10) } },
      addEventListener: listen,
      setTimeout: (work: () => void, ms = 0) => timeline.after(ms, () => alive && work()),
      fetch,
    };
    const page: Page = {
      path,
      isAlive: () => alive,
      say: (...call) => alive && (window.leadbright as Listener | undefined)?.apply(undefined, call as [unknown]),
      leave: () => {
        if (alive) fire("pagehide", { persisted: false });
        const livedOn = alive;
        alive = false;
        return livedOn;
      },
      die: more => {
        steps = more;
        if (!more) alive = false;
      },
    };
    if (early.length) window.leadbright = Object.assign(() => {}, { q: early });
    Object.assign(window, names);
    script(names);
    return page;
  };

  const browser: Browser = {
    ahead: 0,
    clock,
    cookies: () => living().map(([name, [value]]) => [name, value] as const),
    clearCookies: () => jar.clear(),
    open,
  };
  return browser;
};
