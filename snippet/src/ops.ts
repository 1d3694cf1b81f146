/**
 * Changes elements as the parser adds them, before they are painted, and puts changes back that the page overwrites,
 * a bounded number of times. May not know who sees which variation, or why.
 */

import { placing } from "./insert.ts";
import type { Entry } from "./ledger.ts";
import type { Arm, Op } from "./plan.ts";
import { quiet } from "./quiet.ts";
import { scriptTask } from "./script.ts";
import type { Lift } from "./style.ts";

/** Elements that one op reaches at most: a page that makes new ones without end is left alone. */
const ELEMENTS = 500;
/** Times that an element is changed at most, and how many of them at once. Further ones wait, each twice as long. */
const TIMES = 9;
const AT_ONCE = 3;
const PAUSE_MS = 50;
/** How long after the page is there an element may be missing before that is reported and guards end. */
const PATIENCE_MS = 3_000;

interface Policy {
  createHTML(html: string): string;
}
interface TrustedWindow extends Window {
  readonly trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
}
let policy: Policy | undefined;

/** Stands in for a string wherever the page demands that html comes from a policy. */
const trusted = (html: string): string => {
  policy ??= (window as TrustedWindow).trustedTypes?.createPolicy("leadbright", { createHTML: text => text });
  return policy?.createHTML(html) ?? html;
};

/** How a kind of op finds and changes what it is about; `name` is the text of a text, the html of an html. */
export type Kind = readonly [
  read: (element: Element, name: string, value: string | null) => unknown,
  write: (element: Element, name: string, value: string | null) => unknown,
];

const KINDS: Readonly<Record<string, Kind>> = {
  text: [element => element.textContent, (element, text) => Object.assign(element, { textContent: text })],
  html: [element => element.innerHTML, (element, html) => Object.assign(element, { innerHTML: trusted(html) })],
  attribute: [
    (element, name) => element.getAttribute(name),
    (element, name, value) => (value === null ? element.removeAttribute(name) : element.setAttribute(name, value)),
  ],
  add: [(element, name) => element.classList.contains(name), (element, name) => element.classList.add(name)],
  drop: [(element, name) => element.classList.contains(name), (element, name) => element.classList.remove(name)],
  remove: [element => element.isConnected, element => element.remove()],
};

/** What an element was last given, how often, and when it may be given it again (ms). */
type Mark = readonly [value: unknown, times: number, due: number];

/** An op at work: `pass` goes over the page, `fault` is what there would be to report. */
export type Task = readonly [selector: string, pass: () => void, fault: () => "miss" | "error" | undefined];

/** `again`: makes another pass. */
const taskOf = (op: Op, again: () => void): Task => {
  const [kind, selector, name = "", value = null] = op as readonly [Op[0], string, string?, (string | null)?];
  const how = KINDS[kind] ?? (uses.insert ? placing(kind, trusted) : undefined);
  const marks = new WeakMap<Element, Mark>();
  let left = ELEMENTS;
  let fault: ReturnType<Task[2]> = "miss";

  const give = (element: Element): void => {
    const [read, write] = how as Kind;
    const mark = marks.get(element);
    const [given, before, due] = mark ?? [undefined, 0, 0];
    const now = Date.now();
    if (read(element, name, value) === given || before > TIMES || now < due || (!mark && --left < 0)) return;
    write(element, name, value);
    // While the parser fills the element, each piece overwrites it: that is no quarrel with the page.
    const times = before + (document.readyState === "loading" ? 1 / 16 : 1);
    const pause = times < AT_ONCE ? 0 : PAUSE_MS << times;
    if (pause) setTimeout(again, pause);
    marks.set(element, [read(element, name, value), times, now + pause]);
    fault = undefined;
  };

  const pass = (): void => {
    try {
      if (fault !== "error") document.querySelectorAll(selector).forEach(give);
    } catch {
      fault = "error";
    }
  };

  return [selector, pass, () => fault];
};

/** Applies the ops for as long as the page lives; `report` is told once of those that found no element or failed. */
export const applyOps = (
  shown: readonly (readonly [experiment: string, arm: Arm])[],
  lift: Lift | undefined,
  report: (entries: readonly Entry[]) => void,
): void => {
  const ops = shown.flatMap(([experiment, [variation, , , , ops = []]]) =>
    ops.map((op, index) => [op, experiment, variation, index] as const),
  );

  const pass = (): void => {
    for (const [, go] of tasks) go();
    for (const [selector] of tasks) {
      if (tasks.every(([other, , fault]) => other !== selector || fault() !== "miss")) lift?.(selector);
    }
    observer.takeRecords();
  };

  const conclude = (): void => {
    lift?.();
    report(
      ops.flatMap(([, experiment, variation, index], i) => {
        const fault = tasks[i]?.[2]();
        return fault ? [[fault, experiment, variation, index] as const] : [];
      }),
    );
  };

  const tasks = ops.map(([op]) =>
    uses.script && op[0] === "script" ? scriptTask(plan.scripts[op[1]]) : taskOf(op, pass),
  );
  const observer = new MutationObserver(pass);
  observer.observe(document, {
    childList: true,
    subtree: true,
    characterData: true,
    attributeFilter: ops.map(([[kind, , name]]) => (kind === "attribute" && name) || "class"),
  });
  if (document.readyState === "loading") pass();
  const wait = (): void => {
    pass();
    setTimeout(quiet(conclude), PATIENCE_MS);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", quiet(wait));
  else wait();
};
