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
}

/** Whether the page passes; query and fragment do not count. */
export const matchesPage = ([kind, value]: PageTest, { protocol, host, pathname }: Page): boolean =>
  kind === "="
    ? pathname === value
    : kind === "^"
      ? pathname.startsWith(value)
      : new RegExp(value).test(kind === "~" ? pathname : `${protocol}//${host}${pathname}`);
