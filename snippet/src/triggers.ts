/**
 * Which goals a click, a page or an event reaches, pure but for asking elements whether they match a selector.
 * May not know what is done about them.
 */

import { minorUnits, type Worth } from "./goals.ts";
import { matchesPage } from "./pages.ts";

/** Of a click or a submit; its path goes from the innermost element outwards through open shadow trees. */
export const touchedBy =
  (event: Event): Worth =>
  ([, trigger, selector]) =>
    trigger === event.type &&
    event.composedPath().some(node => node instanceof Element && node.matches(selector as string)) &&
    0;

export const visited: Worth = goal => goal[1] === "visit" && matchesPage(goal[2], location) && 0;

export const happened =
  (name: string, properties: Readonly<Record<string, unknown>> = {}): Worth =>
  goal =>
    goal[1] === "event" && goal[2] === name && (uses.amounts ? minorUnits(properties[goal[3] as string], goal[4]) : 0);

/** The goal of this key, reached because the page says so. */
export const named =
  (key: string, amount: number): Worth =>
  goal =>
    goal[0] === key && (uses.amounts ? minorUnits(amount, goal[4]) : 0);
