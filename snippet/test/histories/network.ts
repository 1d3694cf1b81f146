/**
 * A relay, and the way there, which loses requests, loses answers, delivers twice, and is cut for hours.
 * May not know what beacons hold.
 */

import type { Chance } from "./chance.ts";
import type { Timeline } from "./timeline.ts";

/** What becomes of a request. `refused` is for good; `busy` is not. */
export type Fate = "ok" | "lost" | "unanswered" | "twice" | "late" | "busy" | "refused";

export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly json: () => Promise<{ day: number }>;
}

export interface Network {
  /** How likely it is that a request does not simply arrive and is answered; 1: nothing arrives at all. */
  trouble: number;
  /** `done` hears the answer, undefined where none comes. */
  readonly send: (nonce: string, body: string, done: (answer: Answer | undefined) => void) => void;
}

const TROUBLES: readonly Fate[] = ["lost", "unanswered", "unanswered", "twice", "late", "busy"];
const STATUS: Readonly<Record<string, number>> = { busy: 503, refused: 400 };

/** `hear` is told of everything that the relay kept. */
export const newNetwork = (
  timeline: Timeline,
  chance: Chance,
  hear: (nonce: string, body: string, day: number) => void,
): Network => {
  const today = (): number => Math.floor(timeline.now() / 864e5);
  const fateNow = (trouble: number): Fate => {
    if (trouble >= 1) return "lost";
    return chance.happens(trouble) ? chance.oneOf(TROUBLES) : "ok";
  };
  const network: Network = {
    trouble: 0,
    send: (nonce, body, done) => {
      const fate = fateNow(network.trouble);
      const way = fate === "late" ? chance.between(1_000, 120_000) : chance.between(10, 400);
      const back = way + chance.between(5, 200);
      const arrives = fate === "ok" || fate === "twice" || fate === "unanswered" || fate === "late";
      if (arrives) timeline.after(way, () => hear(nonce, body, today()));
      if (fate === "twice") timeline.after(way + chance.between(0, 90_000), () => hear(nonce, body, today()));
      const status = STATUS[fate] ?? 200;
      const answered = fate !== "lost" && fate !== "unanswered";
      timeline.after(back, () => {
        const day = today();
        done(answered ? { ok: status === 200, status, json: async () => ({ day }) } : undefined);
      });
    },
  };
  return network;
};
