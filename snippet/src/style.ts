/**
 * A style sheet for a variation, and the guards that keep elements unpainted until they are changed.
 * May not know what changes them.
 */

/** Ends a guard: what matches the selector may be painted. Without one it ends the style as well. */
export type Lift = (guard?: string) => void;

/** Hides what a guard matches for as long as an element may wait, each from when it appears: CSS itself is the clock. */
const HIDE = "{animation:leadbright 3s step-end!important}";
const HIDDEN = "@keyframes leadbright{0%{visibility:hidden}}";

const sheet = (): ((text: string) => void) => {
  try {
    // Not subject to the page's style-src.
    const adopted = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, adopted];
    return text => adopted.replaceSync(text);
  } catch {
    const element = document.createElement("style");
    return text => {
      element.textContent = text;
      document.head.append(element);
    };
  }
};

export const applyStyle = (css: string, selectors: readonly string[]): Lift => {
  const guards = new Set(selectors);
  const put = sheet();
  const draw = (): void =>
    put(css + (guards.size ? HIDDEN : "") + [...guards].map(guard => `${guard},:is(${guard}) *${HIDE}`).join(""));
  draw();
  return guard => {
    if (guard === undefined) put("");
    else if (guards.delete(guard)) draw();
  };
};
