/**
 * Where a visit came from: the referring host, if it is another site's, and what a campaign's link says of itself.
 * May not know whether a session begins.
 */

import { isUnder } from "./domains.ts";
import type { Source } from "./ledger.ts";

/** Hosts of the site's own, and those under its domains, are no referrers. */
export const sourceOf = (referrer: string): Source => {
  const campaign = new URLSearchParams(location.search);
  const host = referrer && new URL(referrer).hostname;
  const ours = [location.hostname, ...plan.domains].some(isUnder(host));
  return [
    ours ? "" : host.replace(/^www\./, ""),
    ...["source", "medium", "campaign"].map(name => campaign.get(`utm_${name}`) ?? ""),
    // Cut off at a whole character: half of one would make the whole beacon unreadable.
  ].map(text => `${text.match(/.{0,80}/su)}`) as unknown as Source;
};
