"""Beacons as the browser sends them: the JSON of what changed, and what becomes of it.

May not know how a letter travels.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from domain.beacon import Converted, Entry, Exposed, Happened, SessionStarted, Viewed, Visited
from domain.ledger import Source
from leadbright.demo.people import Person


class Answer(Enum):
    """What came back."""

    KEPT = "the relay has it"
    REFUSED = "the relay won't have it, also not later"
    LOST = "no answer, or one that asks for another try"


@dataclass(frozen=True, slots=True)
class Letter:
    """One beacon on its way."""

    nonce: str
    body: bytes
    sender: Person


Post = Callable[[Letter], Awaitable[Answer]]


def write_body(digest: str, day: int, path: str, source: Source, entries: Sequence[Entry]) -> bytes:
    """The beacon's JSON, in the order in which the snippet writes its members."""
    arrived = [source.referrer, source.source, source.medium, source.campaign]
    beacon = {"v": 1, "cfg": digest, "d": day, "p": path, "src": arrived, "e": [_item(e) for e in entries]}
    return json.dumps(beacon, separators=(",", ":")).encode()


def _item(entry: Entry) -> list[object]:
    match entry:
        case Visited(gap, bits):
            return ["visit", gap, bits]
        case SessionStarted():
            return ["session"]
        case Viewed(second):
            return ["view", 1] if second else ["view"]
        case Exposed(run, variation):
            return ["exp", run, variation]
        case Converted(goal, count, total, standings, amount):
            standing = [[s.run, s.variation, s.count, s.total] for s in standings]
            return ["goal", goal, count, total, standing, *([amount] if amount else [])]
        case Happened(name):
            return ["event", name]
        case _:
            raise AssertionError(f"the crowd says nothing of {type(entry).__name__}")
