/**
 * What a page may say to Leadbright, before and after the snippet has loaded.
 * May not know how any of it is done.
 */

import type { Leadbright } from "../leadbright.d.ts";
import type { Hit } from "./goals.ts";
import { type Change, happen } from "./ledger.ts";
import type { Linked } from "./linked.ts";
import { quiet } from "./quiet.ts";

/** The page API once it stands, as against the queue that stands in for it before. */
interface Installed extends Leadbright {
  readonly on?: boolean;
}

type Say = (verb: string, first: never, second: never) => void;
type Verbs = Readonly<Record<string, (first: never, second: never) => void>>;

const EVENT = /^[a-z0-9][a-z0-9_.:-]{0,39}$/;

export const verbsOf = (
  { p: { goals }, goalsHappened, goalsNamed }: Linked,
  tell: (change: Change) => void,
  reach: (hits: readonly Hit[] | undefined) => void,
  variationOf: (experiment: string) => string | undefined,
): Verbs => ({
  event: (name: string, properties: Readonly<Record<string, unknown>> = {}) => {
    if (!EVENT.test(name)) return;
    tell(happen(["event", name]));
    reach(goalsHappened?.(goals, name, properties));
  },
  goal: (key: string, amount = 0) => reach(goalsNamed?.(goals, key, amount)),
  ready: (callback: () => void) => callback(),
  variation: (experiment: string, callback: (variation: string | null) => void) =>
    callback(variationOf(experiment) ?? null),
});

/**
 * Puts the verbs in place of the queue, and answers what hears the queue, either what it says of consent or the rest;
 * undefined where another copy was first.
 */
export const install = (verbs: Verbs): ((consent: boolean) => void) | undefined => {
  const early = window.leadbright as Installed | undefined;
  if (early?.on) return undefined;
  const say: Say = quiet((verb: string, first: never, second: never) => verbs[verb]?.(first, second));
  window.leadbright = Object.assign(say, { on: true }) as Installed;
  return quiet(consent =>
    early?.q?.forEach(call => (call[0] === "consent") === consent && say(...(call as unknown as Parameters<Say>))),
  );
};
