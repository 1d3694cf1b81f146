/**
 * Runs a script of the plan's once, when the page has been read to its end, so that it finds every element. Nobody
 * can take back what it does.
 * May not know what the script does.
 */

import type { Outcome, Task } from "./ops.ts";
import { quiet } from "./quiet.ts";

export const scriptTask = (script: (() => void) | undefined, report: (outcome: Outcome) => void): Task => {
  const begun = performance.now();
  let outcome: Outcome = "miss";
  const pass = (): void => {
    if (outcome !== "miss" || !script || document.readyState === "loading") return;
    outcome = "error";
    script();
    outcome = (performance.now() - begun) | 0;
  };
  return [
    () => {
      quiet(pass)();
      return false;
    },
    () => report(outcome),
  ];
};
