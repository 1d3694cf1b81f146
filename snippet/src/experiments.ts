/**
 * Puts the visitor into the plan's experiments, shows the variations, and takes back what another page showed.
 * May not know how the ledger is kept.
 */

import { minuteNow } from "./clock.ts";
import { decide, heldOut } from "./decide.ts";
import { factsOf } from "./facts.ts";
import type { Undo } from "./kinds.ts";
import { applyOps } from "./ops.ts";
import type { Arm } from "./plan.ts";
import { quiet } from "./quiet.ts";
import type { Kept } from "./record.ts";
import { leave, type Shown } from "./redirect.ts";
import { applyStyle } from "./style.ts";
import { type Facts, meets } from "./who.ts";

/** What is shown of each run of an experiment at this moment, and what ends it. */
export const entered = new Map<string, readonly [variation: string, leave: Undo | undefined]>();

const enter = (run: string, arm: Arm, before: string | undefined): Undo | undefined => {
  const lift = uses.style && (arm[2] || arm[3]) ? applyStyle(arm) : undefined;
  let undo: Undo | undefined;
  try {
    if (uses.ops) undo = applyOps(run, arm, before, lift);
  } catch {
    lift?.();
  }
  if (uses.navigation)
    return () => {
      undo?.();
      lift?.();
    };
  return undefined;
};

/**
 * Shows the variations that belong to this page, so that their style stands and their ops are at work; or else answers
 * that the visitor is being sent on.
 */
export const enterExperiments = (kept: Kept): true | undefined => {
  const [, [seed, , , , , exposures], , behind] = kept;
  const facts = uses.who ? factsOf(kept) : undefined;
  let shown: Shown | undefined = plan.experiments.flatMap(experiment => {
    if (uses.holdout && heldOut(plan.site, plan.holdout, seed)) return [];
    const [run] = experiment;
    const before = exposures.find(([other]) => other === run)?.[1];
    const minute = uses.schedules ? minuteNow() + behind * 1_440 : 0;
    const arm = decide(
      experiment,
      location,
      minute,
      seed,
      before,
      uses.who ? who => meets(who, facts as Facts) : undefined,
    );
    return arm ? [[run, arm, before] as const] : [];
  });
  if (uses.redirect) {
    shown = leave(shown, exposures);
    if (!shown) return true;
  }
  if (uses.navigation)
    entered.forEach(([variation, undo], run) => {
      const stays = (shown as Shown).some(([other, [key]]) => other === run && key === variation);
      if (!stays && entered.delete(run)) quiet(undo as Undo)();
    });
  shown.forEach(([run, arm, before]) => {
    if (!entered.has(run)) entered.set(run, [arm[0], enter(run, arm, before)]);
  });
  return undefined;
};
