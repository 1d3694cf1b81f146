/** Chance with a seed: the same seed, the same history. May not know what is drawn. */

export interface Chance {
  /** A number in [0, 1). */
  readonly draw: () => number;
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  readonly happens: (probability: number) => boolean;
  readonly oneOf: <Choice>(choices: readonly Choice[]) => Choice;
}

/** Mulberry32. */
export const newChance = (seed: number): Chance => {
  let state = seed | 0;
  const draw = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const between = (low: number, high: number): number => low + Math.floor(draw() * (high - low + 1));
  return {
    draw,
    between,
    happens: probability => draw() < probability,
    oneOf: choices => choices[between(0, choices.length - 1)] as (typeof choices)[number],
  };
};
