/**
 * What the compiler hands a visitor's browser, as docs/formats.md writes it down: tuples, in the order given there.
 * May not know what is done with it.
 */

/**
 * `=` the path is this · `^` begins with it · `~` the expression is found in the path · `@` in scheme, host and path.
 * The query must hold these parameters besides.
 */
export type PageTest = readonly [
  kind: "=" | "^" | "~" | "@",
  value: string,
  query?: Readonly<Record<string, string>> | undefined,
];

/** A question about a visit. A subject is a field's name, with a name behind a dot where it needs one. */
export type Condition =
  | readonly ["all", ...conditions: unknown[]]
  | readonly ["any", ...conditions: unknown[]]
  | readonly ["not", condition: Condition]
  | readonly ["is", subject: string, ...values: string[]]
  | readonly ["num", subject: string, low: number | null, high: number | null]
  | readonly ["has" | "re", subject: string, text: string]
  | readonly ["set", subject: string];

export type ClickGoal = readonly [
  key: string,
  trigger: "click" | "submit",
  selector: string,
  property?: never,
  digits?: never,
];
export type VisitGoal = readonly [key: string, trigger: "visit", page: PageTest, property?: never, digits?: never];
export type EventGoal = readonly [key: string, trigger: "event", name: string, property?: string, digits?: number];
export type Goal = ClickGoal | VisitGoal | EventGoal;

export type Op =
  | readonly [kind: "text" | "html", selector: string, value: string]
  | readonly [kind: "attribute", selector: string, name: string, value: string | null]
  | readonly [kind: "add" | "drop", selector: string, name: string]
  | readonly [kind: "remove", selector: string, name?: never]
  | readonly [kind: PlacingKind, selector: string, place: Place, htmlOrTarget: string]
  | ScriptOp;
export type PlacingKind = "insert" | "move";
export type Place = "before" | "prepend" | "append" | "after";
export type ScriptOp = readonly [kind: "script", number: number];

/** A variation. The selectors in `guards` stay unpainted until an op has reached them; `to`: its visitors go there. */
export type Arm = readonly [
  key: string,
  weight: number,
  css?: string,
  guards?: readonly string[],
  ops?: readonly Op[],
  to?: string,
];

/**
 * `run`: the experiment's key, and behind a `#` its phase from the second on. `from`, `until`: minutes since 1970-01-01
 * UTC, the first of those in which it runs and the first after them. `layer`: instead of `traffic`, the part of a
 * layer's places whose visitors take part.
 */
export type Experiment = readonly [
  run: string,
  arms: readonly Arm[],
  goals: readonly string[],
  include?: readonly PageTest[] | undefined,
  exclude?: readonly PageTest[] | undefined,
  traffic?: number | undefined,
  who?: Condition | undefined,
  from?: number | undefined,
  until?: number | undefined,
  layer?: readonly [layer: string, start: number, end: number] | undefined,
];
