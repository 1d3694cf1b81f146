/**
 * The object that the linked modules hang their parts on; the core, which comes last, finds them there. A part that
 * the plan has no use for is not linked. May not know what the parts do.
 */

import type { convert, minorUnits } from "./convert.ts";
import type { enter } from "./experiments.ts";
import type { apply } from "./ops.ts";
import type { matches } from "./pages.ts";
import type { Plan } from "./plan.ts";
import type { style } from "./style.ts";
import type { clicked, happened, visited } from "./triggers.ts";

export interface Linked {
  /** The plan. */
  readonly p: Plan;
  /** Its digest. */
  readonly d: string;
  matches?: typeof matches;
  style?: typeof style;
  ops?: typeof apply;
  enter?: typeof enter;
  convert?: typeof convert;
  units?: typeof minorUnits;
  clicked?: typeof clicked;
  visited?: typeof visited;
  happened?: typeof happened;
}

declare global {
  /** The parameter of the function that the linker wraps around the modules. */
  const L: Linked;
}
