"""Whether an account may have a key for a new site: what is live under it may be somebody's who never came here.

May not know what the site will be.
"""

from __future__ import annotations

from enum import Enum, auto

from domain.names import SiteKey
from web.services import Environment, Publisher, Unavailable
from web.sessions.session import FIRST_ACCOUNT
from web.together import together


class Claim(Enum):
    """Whether a key may be had."""

    FREE = auto()
    TAKEN = auto()
    UNKNOWN = auto()
    """It cannot be told just now, so nobody gets it."""


async def claim(publisher: Publisher, key: SiteKey, account: int) -> Claim:
    """Ask what is live in either environment; whoever runs this Leadbright may take such a site on."""
    if account == FIRST_ACCOUNT:
        return Claim.FREE
    found = await together(publisher.live(key, environment) for environment in Environment)
    if any(isinstance(each, Unavailable) for each in found):
        return Claim.UNKNOWN
    return Claim.FREE if all(each is None for each in found) else Claim.TAKEN
