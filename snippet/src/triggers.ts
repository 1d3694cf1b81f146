/**
 * Which goals a click, a page or an event reaches, pure but for asking elements whether they match a selector.
 * May not know what is done about them.
 */

import { minorUnits } from "./convert.ts";
import type { matches, Page } from "./pages.ts";
import type { Goal } from "./plan.ts";

/** A goal reached and what it was worth, in minor units. */
export type Hit = readonly [goal: string, amount: number];

/** `path` is the event's, from the innermost element outwards through open shadow trees. */
export const clicked = (goals: readonly Goal[], path: readonly EventTarget[]): readonly Hit[] =>
  goals
    .filter(
      ([, trigger, what]) =>
        trigger === "click" && path.some(node => node instanceof Element && node.matches(what as string)),
    )
    .map(([key]) => [key, 0]);

export const visited = (goals: readonly Goal[], on: typeof matches, page: Page): readonly Hit[] =>
  goals.filter(goal => goal[1] === "visit" && on(goal[2], page)).map(([key]) => [key, 0]);

export const happened = (
  goals: readonly Goal[],
  name: string,
  properties: Readonly<Record<string, unknown>>,
): readonly Hit[] =>
  goals.flatMap(goal =>
    goal[1] === "event" && goal[2] === name
      ? [[goal[0], goal[3] ? minorUnits(Number(properties[goal[3]]), goal[4] ?? 0) : 0] as const]
      : [],
  );
