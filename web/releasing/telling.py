"""How a release ended, in words: what is live now, who came first, what to do.

May not know how a release is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from web.services import (
    AlreadyLive,
    CdnAnswer,
    Environment,
    LostRace,
    Outcome,
    Published,
    PublishFailed,
    Release,
    Unfinished,
)
from web.words import moment


class Tone(Enum):
    """How an ending is coloured; the value is part of a class name."""

    GOOD = "good"
    CALM = "calm"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended. `is_live` says whether what was wanted is live."""

    tone: Tone
    headline: str
    sentence: str
    cdn: str = ""
    """What the CDN said; empty where there is none."""
    is_live: bool = False
    is_certain: bool = True
    """Whether it is known what is live now."""


_THEN = {
    Environment.PRODUCTION: "Visitors get it within two minutes; whoever is on a page keeps what they see.",
    Environment.STAGING: "Look at it there, then promote it.",
}

_FINISH = "The release history says what is live; nobody sees half of it. Do the same again, which finishes it."

_SEEN = {
    Environment.PRODUCTION: "visitors load",
    Environment.STAGING: "staging loads",
}


def tell(outcome: Outcome, environment: Environment) -> Ending:
    """Put an outcome into words."""
    match outcome:
        case Published(release, cdn):
            headline = f"Release {release.number} is live in {environment}"
            return Ending(Tone.GOOD, headline, _THEN[environment], told(cdn), is_live=True)
        case AlreadyLive(release, cdn):
            headline = f"Nothing to do: release {release.number} has the same content"
            sentence = f"What {_SEEN[environment]} is what you wanted, so no release was made."
            return Ending(Tone.CALM, headline, sentence, told(cdn), is_live=True)
        case LostRace(newest):
            return Ending(Tone.WARNING, "Somebody else came first", first(newest, environment))
        case PublishFailed(why):
            return Ending(Tone.BAD, "Not published; what was live still is", why)
        case Unfinished(why):
            return Ending(Tone.WARNING, "It is not known how far this came", f"{why} {_FINISH}", is_certain=False)


def told(cdn: CdnAnswer | None) -> str:
    """What the CDN in front said."""
    if cdn is None:
        return ""
    if cdn.why:
        return f"The CDN could not be told: {cdn.why}. It asks by itself within two minutes."
    return f"{cdn.cdn[:1].upper()}{cdn.cdn[1:]} was told, and has it at once."


def first(newest: Release, environment: Environment) -> str:
    """What whoever lost a race is told."""
    by = f" by {newest.by}" if newest.by else ""
    return (
        f"Release {newest.number}{by} went live in {environment} at {moment(newest.at)}, while you were looking. "
        "Nothing of yours was published, and nothing is lost: see what it would change now, then confirm again if you "
        "still want it."
    )
