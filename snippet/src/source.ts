/**
 * Where a visit came from: the referring host, if it is another site's, and what a campaign's link says of itself.
 * May not know whether a session begins.
 */

import type { Source } from "./ledger.ts";

/** Cut off at a whole character: half of one would make the whole beacon unreadable. */
const cut = (text: string | null): string => `${(text ?? "").match(/[\s\S]{0,80}/u)}`;

/** `domains`: parent domains of the site, whose hosts are no referrers. */
export const sourceOf = (referrer: string, page: Location, domains: readonly string[]): Source => {
  const campaign = new URLSearchParams(page.search);
  const utm = (name: string): string => cut(campaign.get(`utm_${name}`));
  const host = referrer && new URL(referrer).hostname;
  const ours = [page.hostname, ...domains].some(domain => `.${host}`.endsWith(`.${domain}`));
  return [ours ? "" : cut(host.replace(/^www\./, "")), utm("source"), utm("medium"), utm("campaign")];
};
