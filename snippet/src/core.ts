/**
 * Begins with the page, and hears what happens to it: it is touched, called by its scripts, left and come back to.
 * May not know what is done about any of it.
 */

import { watchAttention } from "./engagement.ts";
import { readRecord } from "./jar.ts";
import { answered, begin, depart, look, reach, refused } from "./page.ts";
import { quiet } from "./quiet.ts";
import { listen } from "./report.ts";
import { goalsTouched } from "./triggers.ts";
import { install } from "./verbs.ts";

const touched = quiet((event: Event) => reach(goalsTouched(plan.goals, event)));

export const start = (): void => {
  const hearQueue = install();
  if (!hearQueue) return;
  // What the page knows already spares us to look.
  hearQueue(true);
  if (!answered && (!uses.consent || (!refused() && readRecord(0)))) quiet(begin)();
  if (uses.click) addEventListener("click", touched, true);
  if (uses.submit) addEventListener("submit", touched, true);
  addEventListener(
    "pageshow",
    quiet(({ persisted }: PageTransitionEvent) => persisted && look()),
  );
  if (uses.engagement) {
    watchAttention();
    addEventListener("pagehide", quiet(depart));
  }
  listen();
  hearQueue(false);
};
