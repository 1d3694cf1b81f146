/**
 * What the linker fills in: answers about the plan, and the plan's values. What hangs on a no is left out of `lb.js`.
 * May not know what is done with any of it.
 */

import type { Experiment, Goal } from "./plan.ts";

/** What a plan may ask of the snippet; `config_compiler/link.py` says when it does. */
export type Feature =
  | "amounts"
  | "attribute"
  | "channel"
  | "class"
  | "click"
  | "consent"
  | "dnt"
  | "domains"
  | "engagement"
  | "event"
  | "excluded"
  | "experiments"
  | "goals"
  | "gpc"
  | "holdout"
  | "html"
  | "insert"
  | "navigation"
  | "ops"
  | "patterns"
  | "queries"
  | "redirect"
  | "schedules"
  | "remove"
  | "script"
  | "shares"
  | "style"
  | "submit"
  | "visit"
  | "who";

/** The plan's values as `lb.js` carries them. */
export interface Carried {
  readonly site: string;
  /** Name of the visitor's record. */
  readonly record: string;
  /** Where beacons go: the address, but for the nonce at its end. */
  readonly beacons: string;
  readonly digest: string;
  readonly tz: string;
  readonly domains: readonly string[];
  readonly goals: readonly Goal[];
  readonly experiments: readonly Experiment[];
  readonly holdout: number;
  readonly zones: Readonly<Record<string, string>>;
  /** What the plan's ops run, by number. */
  readonly scripts: readonly (() => void)[];
}

declare global {
  const uses: Readonly<Record<Feature, boolean>>;
  const plan: Carried;
}
