"""What became of each accepted beacon: every one has exactly one outcome, so the books always balance.

May not know how books are stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from domain.names import SiteKey

UNKNOWN_SITE = SiteKey("")
"""Where beacons are booked that can no longer be read."""


class Outcome(Enum):
    """What may become of a beacon that a relay accepted, in the order of `Book`."""

    COUNTED = "counted"
    DUPLICATE = "counted before"
    REJECTED = "against the rules of the counts"
    QUARANTINED = "set aside for a person"
    DECLARED_LOST = "lost to a bad disk, and known to be"


class Book(NamedTuple):
    """One site's hour. accepted = counted + duplicate + rejected + quarantined + declared_lost."""

    accepted: int
    counted: int
    duplicate: int
    rejected: int
    quarantined: int
    declared_lost: int


NO_BOOK = Book(0, 0, 0, 0, 0, 0)

Books = dict[tuple[SiteKey, int], Book]
"""By site and hour since 1970-01-01."""

Booking = tuple[SiteKey, int, Outcome, int]
"""Site, hour, outcome, number of beacons."""

_ORDER = {outcome: index for index, outcome in enumerate(Outcome)}


def book(bookings: Iterable[Booking]) -> Books:
    """Enter outcomes into books."""
    pages: dict[tuple[SiteKey, int], list[int]] = {}
    for site, hour, outcome, beacons in bookings:
        if beacons:
            page = pages.setdefault((site, hour), [0] * len(Outcome))
            page[_ORDER[outcome]] += beacons
    return {key: Book(sum(page), *page) for key, page in pages.items()}
