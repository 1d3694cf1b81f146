"""What goes into a site's pages: the line that loads the script, and what a strict Content-Security-Policy must allow.

May not know what is published, nor who asks.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.names import SiteKey

TRUSTED_TYPES = "trusted-types leadbright"
"""Of pages with `require-trusted-types-for 'script'`: the policy through which changes set HTML."""


@dataclass(frozen=True, slots=True)
class Installing:
    """Texts to copy."""

    line: str
    directives: tuple[str, ...]
    """Each with what a page's policy must allow beside what it allows already."""


def installing(site: SiteKey, script: str, relay_url: str) -> Installing:
    """For a site whose `lb.js` browsers load from the address `script`, and whose beacons go to a relay."""
    return Installing(
        # Without cookies: a CDN host within their reach would be sent the ledger.
        f'<script src="{script}" crossorigin="anonymous"></script>',
        (f"script-src {script}", f"connect-src {relay_url}/v1/b/{site}"),
    )
