/**
 * What is drawn by lot: the seed of a new visitor, the nonce of a new beacon.
 * May not know what they are for.
 */

/** 8 lower-case hex digits. */
export const newSeed = (): string => {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return (2 ** 32 + random).toString(16).slice(1);
};

/** 128 random bits in 22 characters of base64url. */
export const newNonce = (): string =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .slice(0, 22)
    .replace(/\W/g, sign => (sign === "+" ? "-" : "_"));
