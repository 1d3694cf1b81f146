/**
 * Which goals a click, a page or an event reaches, pure but for asking elements whether they match a selector.
 * May not know what is done about them.
 */

import { type Hit, minorUnits } from "./goals.ts";
import { matchesPage } from "./pages.ts";

/** Of a click or a submit; its path goes from the innermost element outwards through open shadow trees. */
export const goalsTouched = (event: Event): readonly Hit[] =>
  plan.goals.flatMap(([key, trigger, selector]) =>
    trigger === event.type &&
    event.composedPath().some(node => node instanceof Element && node.matches(selector as string))
      ? [[key, 0] as const]
      : [],
  );

export const goalsVisited = (): readonly Hit[] =>
  plan.goals.flatMap(goal => (goal[1] === "visit" && matchesPage(goal[2], location) ? [[goal[0], 0] as const] : []));

export const goalsHappened = (name: string, properties: Readonly<Record<string, unknown>> = {}): readonly Hit[] =>
  plan.goals.flatMap(goal =>
    goal[1] === "event" && goal[2] === name
      ? [[goal[0], uses.amounts ? minorUnits(properties[goal[3] as string], goal[4]) : 0] as const]
      : [],
  );
