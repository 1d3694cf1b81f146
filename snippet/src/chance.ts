/**
 * What is drawn by lot: the seed of a new visitor, the nonce of a new beacon.
 * May not know what they are for.
 */

/** 8 lower-case hex digits: what stands behind the leading one of a number below twice that, and before its point. */
export const newSeed = (): string => (2 ** 32 * (1 + Math.random())).toString(16).slice(1, 9);

/** 128 random bits in 22 characters of base64url. */
export const newNonce = (): string =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .slice(0, 22)
    .replace(/\W/g, sign => (sign < "/" ? "-" : "_"));
