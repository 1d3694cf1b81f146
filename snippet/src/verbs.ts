/**
 * What a page may say to Leadbright, before and after the snippet has loaded.
 * May not know how any of it is done.
 */

import type { Leadbright } from "../leadbright.d.ts";
import { goalsNamed } from "./goals.ts";
import { happen } from "./ledger.ts";
import { answer, reach, tell, variationOf } from "./page.ts";
import { quiet } from "./quiet.ts";
import { goalsHappened } from "./triggers.ts";

/** The page API once it stands, as against the queue that stands in for it before. */
interface Installed extends Leadbright {
  on?: boolean;
}

type Say = (verb: string, first: never, second: never) => void;

const EVENT = /^[a-z0-9][a-z0-9_.:-]{0,39}$/;

const VERBS: Readonly<Record<string, ((first: never, second: never) => void) | undefined>> = {
  event: (name: string, properties: Readonly<Record<string, unknown>> = {}) => {
    if (!EVENT.test(name)) return;
    tell(happen(["event", name]));
    if (uses.event) reach(goalsHappened(plan.goals, name, properties));
  },
  goal: uses.goals ? (key: string, amount = 0) => reach(goalsNamed(plan.goals, key, amount)) : undefined,
  ready: (callback: () => void) => callback(),
  variation: (experiment: string, callback: (variation: string | null) => void) =>
    callback((uses.experiments && variationOf(experiment)) || null),
  consent: answer,
};

/**
 * Puts the verbs in place of the queue, and answers what hears the queue, either what it says of consent or the rest;
 * undefined where another copy was first.
 */
export const install = (): ((consent: boolean) => void) | undefined => {
  const early = window.leadbright as Installed | undefined;
  if (early?.on) return undefined;
  const say: Say = quiet((verb: string, first: never, second: never) => VERBS[verb]?.(first, second));
  window.leadbright = Object.assign(say, { on: true }) as Installed;
  return quiet(consent =>
    early?.q?.forEach(call => (call[0] === "consent") === consent && say(...(call as unknown as Parameters<Say>))),
  );
};
