/**
 * Notices that the address has changed without a new page, in whichever way, and touches nothing of the page's to do so.
 * May not know what is done about it.
 */

import { listen } from "./quiet.ts";

/** Browsers without the Navigation API are asked for their address this often. */
const ASK_MS = 100;

/** A fragment is part of the address only where it is a route, such as `#/cart`. */
const address = (): readonly [path: string, query: string] => [
  location.pathname + (/^#!?\//.test(location.hash) ? location.hash : ""),
  location.search,
];

/**
 * Calls `turn` once for each change, when the script that made it has ended; `viewed` is false where no more than the
 * query was put right, as pages do for filters and searches.
 */
export const watchAddress = (turn: (viewed: boolean) => void): void => {
  let [path, query] = address();
  let pushed = false;
  const look = (): void => {
    const [before, asked] = [path, query];
    [path, query] = address();
    if (path !== before || query !== asked) turn(pushed || path !== before);
    pushed = false;
  };
  const { navigation } = window as Partial<Pick<Window, "navigation">>;
  navigation?.addEventListener("currententrychange", ({ navigationType }) => {
    pushed ||= navigationType !== "replace";
    queueMicrotask(look);
  });
  if (navigation) return;
  const looked = (): void => {
    pushed = true;
    look();
  };
  listen("popstate", looked);
  setInterval(looked, ASK_MS);
};
