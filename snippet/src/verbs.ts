/**
 * What a page may say to Leadbright, before and after the snippet has loaded.
 * May not know how any of it is done.
 */

import { entered } from "./experiments.ts";
import { answer, reach } from "./page.ts";
import { quiet } from "./quiet.ts";
import { tell } from "./report.ts";
import { happened, named } from "./triggers.ts";

export type Say = (verb: string, first: never, second: never) => void;

const VERBS: Readonly<Record<string, ((first: never, second: never) => void) | undefined>> = {
  event: (name: string, properties: Readonly<Record<string, unknown>>) => {
    if (!/^[a-z\d][a-z\d_.:-]{0,39}$/.test(name)) return;
    tell(() => [["event", name]]);
    if (uses.event) reach(happened(name, properties));
  },
  goal: uses.goals ? (key: string, amount: number) => reach(named(key, amount)) : undefined,
  ready: (callback: () => void) => callback(),
  variation: (experiment: string, callback: (variation: string | null) => void) =>
    callback((uses.experiments && [...entered].find(([run]) => run.split("#")[0] === experiment)?.[1][0]) || null),
  consent: answer,
};

/** The page API, which takes the queue's place. */
export const say: Say & { on?: boolean } = quiet((verb: string, first: never, second: never) =>
  VERBS[verb]?.(first, second),
);
