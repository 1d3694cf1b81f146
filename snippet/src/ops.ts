/**
 * Changes elements as the parser adds them, before they are painted, and puts changes back that the page overwrites,
 * a bounded number of times. May not know who sees which variation, or why.
 */

import type { Entry } from "./ledger.ts";
import type { Arm, Op } from "./plan.ts";
import { quiet } from "./quiet.ts";
import type { Lift } from "./style.ts";

/** One op of a variation shown. */
interface Task {
  readonly experiment: string;
  readonly variation: string;
  readonly index: number;
  readonly op: Op;
  readonly marks: WeakMap<Element, Mark>;
  /** Elements that may still be reached: a page that makes new ones without end is left alone. */
  left: number;
  reached: boolean;
  failed: boolean;
}

/** What an element was last given, the effort spent on it, and when it may be given it again (ms). */
interface Mark {
  value: unknown;
  effort: number;
  due: number;
}

const ELEMENTS = 500;
const EFFORT = 9;
const PATIENCE_MS = 3_000;

const trusted = (html: string): string => {
  // The policy's result stands in for a string wherever the page demands it.
  policy ??= (window as TrustedWindow).trustedTypes?.createPolicy("leadbright", { createHTML: text => text });
  return policy ? policy.createHTML(html) : html;
};

interface TrustedWindow {
  readonly trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
}
interface Policy {
  createHTML(html: string): string;
}
let policy: Policy | undefined;

const read = (element: Element, op: Op): unknown => {
  switch (op[0]) {
    case "text":
      return element.textContent;
    case "html":
      return element.innerHTML;
    case "attribute":
      return element.getAttribute(op[2]);
    case "remove":
      return element.isConnected;
    default:
      return element.classList.contains(op[2]);
  }
};

const write = (element: Element, op: Op): void => {
  switch (op[0]) {
    case "text":
      element.textContent = op[2];
      break;
    case "html":
      element.innerHTML = trusted(op[2]);
      break;
    case "attribute":
      if (op[3] === null) element.removeAttribute(op[2]);
      else element.setAttribute(op[2], op[3]);
      break;
    case "remove":
      element.remove();
      break;
    default:
      element.classList.toggle(op[2], op[0] === "add");
  }
};

/** Applies the ops for as long as the page lives; `report` is told once of those that found no element or failed. */
export const applyOps = (
  shown: readonly (readonly [experiment: string, arm: Arm])[],
  lift: Lift | undefined,
  report: (entries: readonly Entry[]) => void,
): void => {
  const tasks = shown.flatMap(([experiment, [variation, , , , ops]]) =>
    ops.map((op, index): Task => {
      return { experiment, variation, index, op, marks: new WeakMap(), left: ELEMENTS, reached: false, failed: false };
    }),
  );

  const give = (task: Task, element: Element): void => {
    const { op, marks } = task;
    const mark = marks.get(element);
    const now = Date.now();
    if (mark ? read(element, op) === mark.value || mark.effort > EFFORT || now < mark.due : task.left-- <= 0) return;
    write(element, op);
    // While the parser fills the element, each piece overwrites it: that is no quarrel with the page.
    const effort = (mark?.effort ?? 0) + (document.readyState === "loading" ? 1 / 16 : 1);
    const pause = effort < 3 ? 0 : 50 << effort;
    if (pause) setTimeout(pass, pause);
    marks.set(element, { value: read(element, op), effort, due: now + pause });
    task.reached = true;
  };

  const pass = (): void => {
    for (const task of tasks) {
      if (task.failed) continue;
      try {
        document.querySelectorAll(task.op[1]).forEach(element => give(task, element));
      } catch {
        task.failed = true;
      }
    }
    for (const { op } of tasks) {
      if (tasks.every(other => other.op[1] !== op[1] || other.reached || other.failed)) lift?.(op[1]);
    }
    observer.takeRecords();
  };

  const conclude = (): void => {
    lift?.();
    report(
      tasks
        .filter(({ reached, failed }) => failed || !reached)
        .map(({ failed, experiment, variation, index }) => [failed ? "error" : "miss", experiment, variation, index]),
    );
  };

  const observer = new MutationObserver(pass);
  observer.observe(document, {
    childList: true,
    subtree: true,
    characterData: true,
    attributeFilter: tasks.map(({ op }) => (op[0] === "attribute" ? op[2] : "class")),
  });
  pass();
  const wait = (): unknown => setTimeout(quiet(conclude), PATIENCE_MS);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", wait);
  else wait();
};
