/**
 * What is drawn by lot: the seed of a new visitor, the nonce of a new beacon.
 * May not know what they are for.
 */

const bytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

/** 8 lower-case hex digits. */
export const newSeed = (): string => Array.from(bytes(4), byte => (byte + 256).toString(16).slice(1)).join("");

/** 128 random bits in 22 characters of base64url. */
export const newNonce = (): string =>
  btoa(String.fromCharCode(...bytes(16)))
    .slice(0, 22)
    .replace(/\W/g, sign => (sign === "+" ? "-" : "_"));
