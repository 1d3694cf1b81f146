/**
 * Changes elements as the parser adds them, before they are painted, puts changes back that the page overwrites, a
 * bounded number of times, and takes them back. May not know who sees which variation, or why.
 */

import { type Kind, kindsOf, type Undo } from "./kinds.ts";
import type { Entry } from "./ledger.ts";
import type { Linked } from "./linked.ts";
import type { Arm, Op } from "./plan.ts";
import { quiet } from "./quiet.ts";
import type { Lift } from "./style.ts";

/**
 * What an op may spend: a pass over the page that changes an element again costs 1, one that changes new elements
 * less, and while the parser adds to them hardly anything. It gets 2 back each second.
 */
const CREDIT = 20;
const NEW = 1 / 4;
const PARSING = 1 / 32;
const REFILL_MS = 500;
/** An op that has spent it all waits, each time twice as long, and at last gives up. */
const PAUSE_MS = 500;
const PAUSES = 3;
/** Elements of which an op remembers what they were, those apart that are in the page. */
const REMEMBERED = 500;
/** How long after the page is there an element may be missing before that is reported. */
const PATIENCE_MS = 3_000;
/** Passes that find nothing to do are a frame farther apart each, up to this many, unless what was added concerns us. */
const FRAME_MS = 16;
const FRAMES = 8;
/** What stands in elements with this attribute is not changed: a framework has yet to find it as its server made it. */
const WAIT = "data-leadbright-wait";
/** Changes of the page at once up to which each is looked at: a pass is cheaper than looking at more. */
const FEW = 99;

interface Policy {
  createHTML(html: string): string;
}
interface TrustedWindow extends Window {
  readonly trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
}
let policy: Policy | undefined;

const trusted = (html: string): string => {
  policy ??= (window as TrustedWindow).trustedTypes?.createPolicy("leadbright", { createHTML: text => text });
  return policy?.createHTML(html) ?? html;
};

const KINDS = kindsOf(trusted);

type Fault = "miss" | "error" | undefined;

/** An op at work: `pass` goes over the page and answers whether it changed anything, `fault` is what to report. */
export type Task = readonly [selector: string, pass: () => boolean, fault: () => Fault, undo: Undo];

const parsing = (): boolean => document.readyState === "loading";

/** Says of each pass that changed something when the next may be (ms). */
const budget = (): ((cost: number, now: number) => number) => {
  let credit = CREDIT;
  let since = 0;
  let pauses = 0;
  return (cost, now) => {
    credit = Math.min(CREDIT, credit + (now - since) / REFILL_MS) - cost;
    since = now;
    if (credit > 0) return 0;
    return pauses++ < PAUSES ? now + (PAUSE_MS << pauses) : 1 / 0;
  };
};

const taskOf = (op: Op, placing: Linked["placing"]): Task => {
  const [kind, selector, name = "", value = null] = op as readonly [Op[0], string, string?, (string | null)?];
  const how = KINDS[kind] ?? placing?.(kind, trusted);
  const given = new Map<Element, readonly [value: unknown, undo: Undo | undefined]>();
  const afford = budget();
  let fault: Fault = "miss";
  let due = 0;

  const undo = (): void => given.forEach(([, back]) => back?.());

  const safe = /^a|^drop/.test(kind);

  /** What it cost. */
  const give = (element: Element): number => {
    const [read, write] = how as Kind;
    const mark = given.get(element);
    if ((mark && mark[0] === read(element, name, value)) || (!safe && element.closest(`[${WAIT}]`))) return 0;
    if (given.size > REMEMBERED) given.forEach((_, other) => other.isConnected || given.delete(other));
    mark?.[1]?.();
    const back = write(element, name, value);
    if (!back) return 0;
    given.set(element, [read(element, name, value), back]);
    fault = undefined;
    return parsing() ? PARSING : mark ? 1 : NEW;
  };

  const pass = (): boolean => {
    const now = Date.now();
    if (now < due) return false;
    try {
      let cost = 0;
      document.querySelectorAll(selector).forEach(element => {
        cost = Math.max(cost, give(element));
      });
      if (!cost) return false;
      due = afford(cost, now);
      if (due === 1 / 0) {
        fault = "miss";
        undo();
      } else if (due) setTimeout(passAll, due - now);
      return true;
    } catch {
      fault = "error";
      due = 1 / 0;
      return false;
    }
  };

  return [selector, pass, () => fault, undo];
};

const tasks = new Set<Task>();
let observer: MutationObserver | undefined;
const attributes = ["class", WAIT];
let timer: ReturnType<typeof setTimeout> | undefined;
let idle = 0;
let due = 0;

/** What a pass leaves to be done by each variation. */
const afterwards = new Set<() => void>();

const passAll = quiet((): void => {
  clearTimeout(timer);
  timer = undefined;
  let busy = false;
  for (const [, pass] of tasks) busy = pass() || busy;
  afterwards.forEach(work => work());
  idle = busy ? 0 : Math.min(idle + 1, FRAMES);
  due = Date.now() + idle * FRAME_MS;
  observer?.takeRecords();
});

/** Whether elements that ops are about are among what was added, or around what was changed. */
const concerns = (wanted: string, { target, addedNodes }: MutationRecord): boolean =>
  !!(target instanceof Element ? target : target.parentElement)?.closest(wanted) ||
  [...addedNodes].some(node => node instanceof Element && (node.matches(wanted) || node.querySelector(wanted)));

const look = (records: readonly MutationRecord[]): void => {
  const now = Date.now();
  const wanted = `:is(${[...tasks].map(([selector]) => selector || "a").join()})`;
  if (parsing() || now >= due || (records.length < FEW && records.some(record => concerns(wanted, record)))) passAll();
  else timer ??= setTimeout(passAll, due - now);
};

/** Applies the ops until it is taken back; `report` is told once of each that found no element, failed or gave up. */
export const applyOps = (
  { s: scripts, placing, scriptTask }: Linked,
  run: string,
  [variation, , , , ops]: Arm,
  lift: Lift | undefined,
  report: (entries: readonly Entry[]) => void,
): Undo => {
  const mine = ops.map(op => (op[0] === "script" && scriptTask ? scriptTask(scripts?.[op[1]]) : taskOf(op, placing)));
  const told = new Set<Task>();
  let patience: ReturnType<typeof setTimeout> | undefined;
  let patient = true;

  const conclude = (): void => {
    const entries = mine.flatMap((task, index): readonly Entry[] => {
      const fault = task[2]();
      return !fault || told.has(task) || !told.add(task) ? [] : [[fault, run, variation, index]];
    });
    if (entries.length) report(entries);
  };

  const after = (): void => {
    for (const [selector] of mine) {
      if (mine.every(([other, , fault]) => other !== selector || fault() !== "miss")) lift?.(selector);
    }
    if (!patient) conclude();
  };

  mine.forEach(task => tasks.add(task));
  afterwards.add(after);
  for (const [kind, , name] of ops) if (kind === "attribute") attributes.push(name);
  observer ??= new MutationObserver(quiet(look));
  observer.observe(document, { childList: true, subtree: true, characterData: true, attributeFilter: attributes });
  const wait = (): void => {
    passAll();
    patience = setTimeout(() => {
      patient = false;
      quiet(conclude)();
    }, PATIENCE_MS);
  };
  passAll();
  if (parsing()) document.addEventListener("DOMContentLoaded", wait);
  else wait();

  return () => {
    clearTimeout(patience);
    document.removeEventListener("DOMContentLoaded", wait);
    afterwards.delete(after);
    for (const task of [...mine].reverse()) {
      tasks.delete(task);
      task[3]();
    }
    observer?.takeRecords();
  };
};
