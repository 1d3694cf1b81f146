/** The vectors that the Python reference wrote, typed. */

import { readFileSync } from "node:fs";
import type { Entry, Source } from "../src/ledger.ts";
import type { Arm, Condition, Experiment, PageTest } from "../src/plan.ts";

/** A plan as `config.json` spells it. */
export interface Plan {
  readonly site: string;
  readonly experiments: readonly PlannedExperiment[];
  readonly holdout?: number;
}

interface PlannedExperiment {
  readonly run: string;
  readonly in: readonly PageTest[];
  readonly out: readonly PageTest[];
  readonly traffic: number;
  readonly goals: readonly string[];
  readonly arms: readonly Arm[];
  readonly who?: Condition;
  readonly from?: number;
  readonly until?: number;
  readonly layer?: readonly [layer: string, start: number, end: number];
}

/** The experiment as `lb.js` carries it. */
export const carried = (x: PlannedExperiment): Experiment => [
  x.run,
  x.arms,
  x.goals,
  x.in.length ? x.in : undefined,
  x.out,
  x.traffic,
  x.who,
  x.from,
  x.until,
  x.layer,
];

const read = (name: string): unknown => JSON.parse(readFileSync(`../tests/conformance/${name}.json`, "utf8"));

export const bucketing = read("bucketing") as readonly (readonly [
  salt: string,
  seed: string,
  hash: number,
  bucket: number,
])[];

export const pages = read("pages") as readonly (readonly [test: PageTest, url: string, passes: boolean])[];

export const decisions = read("decide") as {
  readonly plans: readonly Plan[];
  readonly cases: readonly (readonly [
    plan: number,
    url: string,
    seed: string,
    kept: Readonly<Record<string, string>>,
    got: Readonly<Record<string, string | null>>,
  ])[];
};

/** A visit as the reference describes it. */
export interface Visit {
  readonly url: string;
  readonly cookies: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export const audiences = read("conditions") as {
  readonly visits: readonly Visit[];
  readonly conditions: readonly (readonly [condition: Condition, metBy: readonly number[]])[];
};

export const targets = read("targets") as {
  readonly visits: readonly Visit[];
  readonly plans: readonly Plan[];
  readonly cases: readonly (readonly [
    plan: number,
    visit: number,
    minute: number,
    seed: string,
    kept: Readonly<Record<string, string>>,
    got: Readonly<Record<string, string | null>>,
  ])[];
};

export const channels = read("channels") as readonly (readonly [...Source, channel: string])[];

export const agents = read("agents") as readonly (readonly [
  agent: string,
  device: string,
  platform: string,
  browser: string,
])[];

export type Taken =
  | readonly ["visit", number]
  | readonly ["view", number, Source]
  | readonly ["expose", string, string]
  | readonly ["convert", string, number]
  | readonly ["happen", string];

type Totals = Readonly<Record<string, readonly [count: number, total: number]>>;

export const histories = read("ledger") as {
  readonly plan: Plan;
  readonly histories: readonly {
    readonly seed: string;
    readonly created: number;
    readonly steps: readonly Taken[];
    readonly entries: readonly (readonly Entry[])[];
    readonly ledger: {
      readonly last: number | null;
      readonly session: readonly [number, number, Source] | null;
      readonly goals: Totals;
      readonly exposures: Readonly<Record<string, readonly [variation: string, goals: Totals]>>;
    };
  }[];
  readonly amounts: readonly (readonly [amount: number, digits: number, units: number])[];
};
