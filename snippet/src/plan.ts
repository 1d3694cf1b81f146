/**
 * What the compiler hands a visitor's browser, as docs/formats.md writes it down: tuples, in the order given there.
 * May not know what is done with it.
 */

/** `=` the path is this · `^` begins with it · `~` the expression is found in the path · `@` in scheme, host and path. */
export type PageTest = readonly [kind: "=" | "^" | "~" | "@", value: string];

export type ClickGoal = readonly [key: string, trigger: "click", selector: string, property?: never, digits?: never];
export type VisitGoal = readonly [key: string, trigger: "visit", page: PageTest, property?: never, digits?: never];
export type EventGoal = readonly [key: string, trigger: "event", name: string, property?: string, digits?: number];
export type Goal = ClickGoal | VisitGoal | EventGoal;

export type Op =
  | readonly [kind: "text" | "html", selector: string, value: string]
  | readonly [kind: "attribute", selector: string, name: string, value: string | null]
  | readonly [kind: "add" | "drop", selector: string, name: string]
  | readonly [kind: "remove", selector: string, name?: never];

/** A variation. The selectors in `guards` stay unpainted until an op has reached them. */
export type Arm = readonly [key: string, weight: number, css: string, guards: readonly string[], ops: readonly Op[]];

export interface Experiment {
  readonly key: string;
  readonly salt: string;
  readonly in: readonly PageTest[];
  readonly out: readonly PageTest[];
  readonly traffic: number;
  readonly goals: readonly string[];
  readonly arms: readonly Arm[];
}

export interface Plan {
  readonly v: 1;
  readonly site: string;
  /** Where beacons go: scheme, host and port. */
  readonly relay: string;
  /** IANA name; the site's days begin at midnight there. */
  readonly tz: string;
  /** 0 nobody is asked · 1 nothing is stored before the visitor agreed. */
  readonly consent: 0 | 1;
  readonly honour: readonly ("gpc" | "dnt")[];
  /** Parent domains over whose hosts the ledger is shared. */
  readonly domains: readonly string[];
  readonly goals: readonly Goal[];
  readonly experiments: readonly Experiment[];
}
