/**
 * Runs a script of the plan's once, when the page has been read to its end, so that it finds every element. Nobody
 * can take back what it does.
 * May not know what the script does.
 */

import type { Fault, Task } from "./ops.ts";
import { quiet } from "./quiet.ts";

export const scriptTask = (script: (() => void) | undefined, report: (fault: Fault) => void): Task => {
  let fault: Fault = "miss";
  const pass = (): void => {
    if (fault !== "miss" || !script || document.readyState === "loading") return;
    fault = "error";
    script();
    fault = undefined;
  };
  return [
    () => {
      quiet(pass)();
      return false;
    },
    () => report(fault),
  ];
};
