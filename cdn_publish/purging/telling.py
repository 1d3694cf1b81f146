"""Tells a CDN that a site's pointers have moved; a CDN that can't be told undoes nothing.

May not know any CDN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cdn_publish.layout import POINTERS, Place
from cdn_publish.purging.asking import Asking, PurgeError
from cdn_publish.purging.cdn import Cdn, Moved

MOST_URLS = 30
"""In one request: what Cloudflare takes, which takes the fewest."""


@dataclass(frozen=True, slots=True)
class Told:
    """The CDN asks the origin for the pointers from now on."""

    cdn: str


@dataclass(frozen=True, slots=True)
class NotTold:
    """The release is live at the origin all the same; `why` names the CDN, and a setting where that is to blame."""

    why: str


async def tell_of_all(cdn: Cdn, base: str, places: Sequence[Place], at: datetime, asking: Asking) -> Told | NotTold:
    """Purge the pointers of some sites, nothing else: bodies never change. `base` is where browsers read the target.

    A few at a time; ends with the first of which the CDN can't be told.
    """
    urls = [f"{base.rstrip('/')}/{place.pointer(name)}" for place in places for name in POINTERS]
    try:
        for first in range(0, len(urls), MOST_URLS):
            await cdn.purge(Moved(urls[first : first + MOST_URLS], at), asking)
    except PurgeError as error:
        return NotTold(f"{cdn.name} {error}")
    return Told(cdn.name)
