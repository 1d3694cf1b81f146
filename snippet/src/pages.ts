/**
 * Whether a page is one of a set of pages: the browser's twin of `page_matches` in `domain/targeting.py`.
 * May not know what the page is tested for.
 */

import type { PageTest } from "./plan.ts";

/** What is tested of an address; a `Location` and a `URL` both have it. */
export interface Page {
  readonly protocol: string;
  readonly host: string;
  readonly pathname: string;
  readonly search: string;
}

/** Whether the page passes; of its query only what the test names counts, of its fragment nothing. */
export const matchesPage = ([kind, value, query = {}]: PageTest, { protocol, host, pathname, search }: Page): boolean =>
  (!uses.patterns || kind === "="
    ? pathname === value
    : kind === "^"
      ? pathname.startsWith(value)
      : new RegExp(value).test(kind === "~" ? pathname : `${protocol}//${host}${pathname}`)) &&
  (!uses.queries || Object.keys(query).every(name => new URLSearchParams(search).get(name) === query[name]));
