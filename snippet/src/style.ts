/**
 * A style sheet for a variation, and the guards that keep elements unpainted until they are changed.
 * May not know what changes them.
 */

import type { Arm } from "./plan.ts";

/** Ends a guard: what matches the selector may be painted. Without one it ends the style as well. */
export type Lift = (guard?: string) => void;

const HIDDEN = "@keyframes leadbright{0%{visibility:hidden}}";
/** Hides what a guard matches for as long as an element may wait, each from when it appears: CSS itself is the clock. */
const HIDE = "{animation:leadbright 3s step-end!important}";

const sheet = (): ((text: string) => void) => {
  try {
    // Not subject to the page's style-src.
    const adopted = new CSSStyleSheet();
    document.adoptedStyleSheets.push(adopted);
    return text => adopted.replaceSync(text);
  } catch {
    const element = document.createElement("style");
    return text => {
      element.textContent = text;
      document.head.append(element);
    };
  }
};

/** The variation's style, and its guards. */
export const applyStyle = ([, , css = "", selectors = []]: Arm): Lift => {
  const guards = new Set(selectors);
  const put = sheet();
  const draw = (): void => put(`${css}${HIDDEN}:is(${[...guards]}),:is(${[...guards]}) *${HIDE}`);
  draw();
  return guard => {
    if (!guard) put("");
    else if (guards.delete(guard)) draw();
  };
};
