/**
 * One style sheet for all variations shown, and the guards that keep elements unpainted until they are changed.
 * May not know what changes them.
 */

import type { Arm } from "./plan.ts";

/** Ends a guard, or all of them: what matches the selector may be painted. */
export type Lift = (guard?: string) => void;

const sheet = (): ((text: string) => void) => {
  try {
    // Not subject to the page's style-src.
    const adopted = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, adopted];
    return text => adopted.replaceSync(text);
  } catch {
    const element = document.head.appendChild(document.createElement("style"));
    return text => {
      element.textContent = text;
    };
  }
};

export const applyStyle = (arms: readonly Arm[]): Lift => {
  const guards = new Set(arms.flatMap(([, , , selectors = []]) => selectors));
  const css = arms.map(arm => arm[2]).join("");
  const put = sheet();
  const draw = (): void =>
    put(css + [...guards].map(guard => `${guard},:is(${guard}) *{visibility:hidden!important}`).join(""));
  draw();
  return guard => {
    if (guard === undefined) guards.clear();
    else if (!guards.delete(guard)) return;
    draw();
  };
};
