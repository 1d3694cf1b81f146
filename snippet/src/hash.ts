/**
 * Which visitor gets which variation: the browser's twin of `domain/bucketing.py`, integers only.
 * May not know what an experiment is.
 */

const scramble = (block: number): number => {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
};

/** MurmurHash3, x86 variant, 32 bits, seed 0, of the text's UTF-8 bytes. */
export const murmur3 = (text: string): number => {
  const bytes = new TextEncoder().encode(text);
  let h = 0;
  let block = 0;
  bytes.forEach((byte, i) => {
    block |= byte << ((i & 3) * 8);
    if ((i & 3) === 3) {
      h ^= scramble(block);
      h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
      block = 0;
    }
  });
  // With nothing left over block is 0, and so is what it scrambles to.
  h ^= scramble(block) ^ bytes.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** The visitor's place for this salt, 0 to 9,999. The product is below 2**46, so a double holds it exactly. */
export const bucket = (salt: string, seed: string): number =>
  Math.floor((murmur3(`${salt}.${seed}`) * 10_000) / 2 ** 32);
