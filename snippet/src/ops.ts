/**
 * Changes elements as the parser adds them, before they are painted, puts changes back that the page overwrites, a
 * bounded number of times, and takes them back. May not know who sees which variation, or why.
 */

import { placing } from "./insert.ts";
import { KINDS, type Kind, type Undo } from "./kinds.ts";
import type { Arm, Op } from "./plan.ts";
import { listen, quiet } from "./quiet.ts";
import { tell } from "./report.ts";
import { scriptTask } from "./script.ts";
import type { Lift } from "./style.ts";

/**
 * What an op may spend in a while: a pass over the page that changes an element again costs 1, one that changes new
 * elements less (as many as a list has frames that is scrolled), and while the parser adds to them hardly anything. An
 * op that has spent it all waits, the second time twice as long, and the third time gives up.
 */
const CREDIT = 20;
const NEW = 1 / 8;
const PARSING = 1 / 32;
const WHILE_MS = 2_000;
/** Elements of which an op remembers what they were, those apart that are in the page. */
const REMEMBERED = 500;
/** How long after the page is there an element may be missing before that is reported. */
const PATIENCE_MS = 3_000;
const FRAME_MS = 16;
/** What stands in elements with this attribute is not changed: a framework has yet to find it as its server made it. */
const WAIT = "data-leadbright-wait";

/** What is amiss with an op, or else after how many milliseconds it first worked. */
export type Outcome = "miss" | "error" | number;

const isTime = (outcome: Outcome): outcome is number => +outcome >= 0;

/** An op at work: `pass` goes over the page and answers whether it changed anything, `conclude` reports what is amiss. */
export type Task = readonly [pass: () => boolean, conclude: () => void, undo?: Undo];

const parsing = (): boolean => document.readyState === "loading";

const taskOf = (op: Op, lift: Lift | undefined, report: (outcome: Outcome) => void): Task => {
  const [kind, selector, name = "", value = null] = op as readonly [Op[0], string, string?, (string | null)?];
  const [read, write] = (uses.insert ? (KINDS[kind] ?? placing(kind)) : KINDS[kind]) as Kind;
  const given = new Map<Element, readonly [value: unknown, undo: unknown]>();
  const begun = performance.now();
  let outcome: Outcome = "miss";
  let credit = 0;
  let until = 0;
  let pauses = 0;

  let cost = 0;

  const conclude = (): void => {
    if (until < 1 / 0) report(outcome);
  };
  /** For good. */
  const stop = (fault: Outcome): void => {
    credit = 0;
    until = 1 / 0;
    report(fault);
  };
  const undo = (): void => given.forEach(([, back]) => (back as Undo)());

  const give = (element: Element): void => {
    const mark = given.get(element);
    const now = read(element, name, value);
    if (
      (uses.insert && now === undefined) ||
      mark?.[0] === now ||
      ((!(uses.attribute || uses.class) || !/^a|^drop/.test(kind)) && element.closest(`[${WAIT}]`))
    )
      return;
    if (uses.navigation) {
      if (given.size > REMEMBERED) given.forEach((_mark, other) => other.isConnected || given.delete(other));
      (mark?.[1] as Undo | undefined)?.();
    }
    const back = write(element, name, value);
    given.set(element, [read(element, name, value), back]);
    if (!isTime(outcome)) outcome = (performance.now() - begun) | 0;
    cost = Math.max(cost, parsing() ? PARSING : mark ? 1 : NEW);
  };

  const pass = (): boolean => {
    const now = Date.now();
    if (now >= until) {
      credit = CREDIT;
      until = now + (WHILE_MS << pauses);
    }
    cost = 0;
    try {
      if (credit > 0) document.querySelectorAll(selector).forEach(give);
      credit -= cost;
      if (cost && credit <= 0) {
        if (pauses < 2) setTimeout(passAll, WHILE_MS << pauses++);
        else {
          if (uses.navigation) undo();
          stop("miss");
        }
      }
    } catch {
      outcome = "error";
      stop(outcome);
    }
    if (outcome !== "miss") lift?.(selector);
    return !!cost;
  };

  return uses.navigation ? [pass, conclude, undo] : [pass, conclude];
};

const tasks = new Set<Task>();
const attributes = ["class", WAIT];
let framed = 0;
let due = 0;

const passAll = quiet((): void => {
  framed = 0;
  let busy = false;
  for (const [pass] of tasks) busy = pass() || busy;
  due = busy ? 0 : Date.now() + FRAME_MS;
  observer.takeRecords();
});

/** After a pass that found nothing to do, the next is no sooner than it has to be: before what changed is painted. */
const look = (): void => {
  if (parsing() || Date.now() >= due) passAll();
  else if (!framed) framed = requestAnimationFrame(passAll);
};

const observer = new MutationObserver(look);

/**
 * Applies the ops until it is taken back. Each that found no element, failed or gave up is told of, and of visitors who
 * have seen no variation `before` also each that worked.
 */
export const applyOps = (
  run: string,
  [variation, , , , ops = []]: Arm,
  before: string | undefined,
  lift: Lift | undefined,
): Undo | undefined => {
  const mine = ops.map((op, index) => {
    const report = (outcome: Outcome): void => {
      if (!isTime(outcome)) tell(() => [[outcome, run, variation, index]]);
      else if (!before) tell(() => [["ok", run, variation, index, outcome]]);
    };
    if (uses.attribute && op[0] === "attribute") attributes.push(op[2]);
    return uses.script && op[0] === "script" ? scriptTask(plan.scripts[op[1]], report) : taskOf(op, lift, report);
  });
  const wait = (): void => {
    passAll();
    setTimeout(
      quiet(() => mine.forEach(task => (!uses.navigation || tasks.has(task)) && task[1]())),
      PATIENCE_MS,
    );
  };

  mine.forEach(task => tasks.add(task));
  observer.observe(document, { childList: true, subtree: true, characterData: true, attributeFilter: attributes });
  passAll();
  if (parsing()) listen("DOMContentLoaded", wait);
  else wait();

  return uses.navigation
    ? () => {
        for (const task of mine.reverse()) {
          tasks.delete(task);
          task[2]?.();
        }
      }
    : undefined;
};
