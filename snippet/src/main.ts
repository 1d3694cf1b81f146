/**
 * Begins with the page, and hears what happens to it: it is touched, called by its scripts, left and come back to.
 * The linker sees that nothing thrown here reaches the page. May not know what is done about any of it.
 */

import type { Leadbright } from "../leadbright.d.ts";
import { watchAddress } from "./address.ts";
import { watchAttention } from "./engagement.ts";
import { readRecord } from "./jar.ts";
import { begin, depart, look, move, reach, refused } from "./page.ts";
import { listen, quiet } from "./quiet.ts";
import { lockedTurn, turn } from "./report.ts";
import { touchedBy } from "./triggers.ts";
import { type Say, say } from "./verbs.ts";

/** The page API once it stands, as against the queue that stands in for it before. */
interface Installed extends Leadbright {
  readonly on?: boolean;
}

const touched = (event: Event): void => reach(touchedBy(event));

/** Hears what was said before, of consent or the rest. */
const hear = quiet((consent: boolean) =>
  early?.q?.forEach(call => (call[0] === "consent") === consent && say(...(call as unknown as Parameters<Say>))),
);

const early = window.leadbright as Installed | undefined;
// Another copy may have been first.
if (!early?.on) {
  say.on = true;
  window.leadbright = say as Leadbright;
  // What the page knows already spares us to look.
  hear(true);
  if (!uses.consent || (!refused() && readRecord())) quiet(begin)();
  if (uses.click) listen("click", touched);
  if (uses.submit) listen("submit", touched);
  listen("pageshow", (event: PageTransitionEvent) => event.persisted && look());
  if (uses.navigation) watchAddress(quiet(move));
  if (uses.engagement) {
    watchAttention();
    listen("pagehide", depart);
  }
  listen("prerenderingchange", () => lockedTurn());
  // A page that is left will not be given the lock any more: its last turn is the only one taken without it.
  listen("pagehide", () => turn());
  hear(false);
}
