/**
 * Whether a host belongs to a domain.
 * May not know whose they are.
 */

export const isUnder =
  (host: string) =>
  (domain: string): boolean =>
    `.${host}`.endsWith(`.${domain}`);
