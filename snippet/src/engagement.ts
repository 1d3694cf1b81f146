/**
 * How long a page had its visitor's attention, and how far down it was seen.
 * May not know who is told.
 */

import type { Entry } from "./ledger.ts";
import { listen } from "./quiet.ts";

/** As long as this one sign of attention stands for. */
const SIGN_MS = 15_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "visibilitychange", "focus"];

let attended = false;
let isSeen = false;
let since = 0;
let engaged = 0;
let bottom = 0;

const sign = (): void => {
  const now = performance.now();
  if (isSeen) engaged += Math.min(now - since, SIGN_MS);
  since = now;
  isSeen = document.visibilityState === "visible";
};

const scrolled = (): void => {
  sign();
  bottom = Math.max(bottom, scrollY + innerHeight);
};

/** A view begins. */
export const attend = (): void => {
  attended = true;
  isSeen = false;
  engaged = bottom = 0;
  sign();
};

/** A view ends: what there is to tell of it, once. */
export const attention = (): Entry | undefined => {
  if (!attended) return undefined;
  attended = false;
  scrolled();
  const percent = (bottom / document.documentElement.scrollHeight) * 100;
  return ["leave", Math.round(engaged), Math.min(Math.round(percent), 100)];
};

export const watchAttention = (): void => {
  for (const type of SIGNS) listen(type, sign);
  listen("scroll", scrolled);
};
