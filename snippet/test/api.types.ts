/** What a page may say, as TypeScript sees it: this file need only compile. */

import type { Leadbright } from "../leadbright.d.ts";

declare const leadbright: Leadbright;

leadbright("event", "add_to_cart");
leadbright("event", "purchase", { amount: 49.9, items: ["boots"] });
leadbright("goal", "signup");
leadbright("goal", "purchase", -5.5);
leadbright("consent", true);
leadbright("ready", () => {});
leadbright("variation", "hero", (variation: string | null) => void variation);
window.leadbright?.("event", "purchase");
window.leadbright ??= Object.assign(() => {}, { q: [] });

// @ts-expect-error There is no such verb.
leadbright("track", "purchase");
// @ts-expect-error An event has a name.
leadbright("event");
// @ts-expect-error Properties have names.
leadbright("event", "purchase", 49.9);
// @ts-expect-error An amount is a number.
leadbright("goal", "purchase", "20");
// @ts-expect-error Whether there is consent is true or false.
leadbright("consent", "yes");
// @ts-expect-error Somebody has to hear it.
leadbright("ready");
// @ts-expect-error A variation is asked for by its experiment.
leadbright("variation", () => {});
