/**
 * Answers whether this visit meets a condition. May not know what depends on the answer.
 */

import type { Meets } from "./decide.ts";
import { factsOf } from "./facts.ts";
import type { Linked } from "./linked.ts";
import type { Kept } from "./record.ts";
import { meets } from "./who.ts";

export const whoVisits = (linked: Linked, kept: Kept, page: Location): Meets => {
  const facts = factsOf(linked, kept, page);
  return who => meets(who, facts);
};
