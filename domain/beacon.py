"""A beacon: what changed in one visitor's ledger, and the page and surroundings it changed on.

Holds nothing that identifies a person. Entries are differences; `tally.fold` turns them into counts.
May not know how a beacon travels (JSON from the browser, protobuf between relay and aggregator).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.names import EventName, GoalKey, RunName, SiteKey, VariationKey

FIRST_THIS_QUARTER = 1
FIRST_THIS_YEAR = 2
LONG_GAP = 32
"""Stands for every gap of more than 31 days."""


@dataclass(frozen=True, slots=True)
class Visited:
    """First page of the day. `gap` is in days since the previous visit day: 0 never, 32 more than 31."""

    gap: int
    bits: int


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """First page after half an hour of silence."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """A page view. The second one of a session takes the session's bounce back."""

    second: bool = False


@dataclass(frozen=True, slots=True)
class Exposed:
    """The visitor saw this variation for the first time. `before`: (goal, total before exposure)."""

    run: RunName
    variation: VariationKey
    before: tuple[tuple[GoalKey, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """An exposure as it stood before a conversion: the visitor's own count and total since exposure."""

    run: RunName
    variation: VariationKey
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class Converted:
    """A goal reached. `count` and `total` are the visitor's own before this one, in minor units."""

    goal: GoalKey
    count: int
    total: int
    standings: tuple[Standing, ...] = ()
    amount: int = 0
    cap: int = 0
    """Most that one visitor's total may weigh, in minor units; 0 for no cap. The relay knows it, not the browser."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that the page reported."""

    name: EventName


@dataclass(frozen=True, slots=True)
class Left:
    """The page was left: engaged time in ms, and how far it was scrolled, in per cent."""

    engaged_ms: int
    scroll: int


@dataclass(frozen=True, slots=True)
class OpReported:
    """How one op of a variation fared: applied after `ms`, its element never found, or an error."""

    outcome: Literal["ok", "miss", "error"]
    run: RunName
    variation: VariationKey
    op: int
    ms: int = 0


Entry = Visited | SessionStarted | Viewed | Exposed | Converted | Happened | Left | OpReported


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The marginals by which a beacon is counted; empty where unknown."""

    page: str = ""
    channel: str = ""
    source: str = ""
    campaign: str = ""
    country: str = ""
    platform: str = ""
    browser: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A beacon that passed every check of the relay."""

    nonce: bytes
    """16 random bytes, new for each beacon, the same whenever that beacon is sent again."""
    site: SiteKey
    day: int
    """Site-local day, counted from 1970-01-01."""
    surroundings: Surroundings
    entries: tuple[Entry, ...]
