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
export const matchesPage = (test: PageTest, page: Page): boolean =>
  (!uses.queries ||
    Object.entries(test[2] ?? {}).every(([name, value]) => new URLSearchParams(page.search).get(name) === value)) &&
  (!uses.patterns || test[0] === "="
    ? page.pathname === test[1]
    : test[0] === "^"
      ? page.pathname.startsWith(test[1])
      : new RegExp(test[1]).test(test[0] === "~" ? page.pathname : `${page.protocol}//${page.host}${page.pathname}`));
