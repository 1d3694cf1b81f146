"""Beacon entries in the form in which the browser sends them, for the vectors that both languages run.

May not know what is tested with them.
"""

from __future__ import annotations

from typing import Any

from domain.beacon import Converted, Entry, Exposed, Happened, SessionStarted, Viewed, Visited

Json = Any
"""What a JSON document holds."""


def entry_json(entry: Entry) -> list[Json]:
    """An entry as a beacon carries it."""
    match entry:
        case Visited(gap, bits):
            return ["visit", gap, bits]
        case SessionStarted():
            return ["session"]
        case Viewed(second):
            return ["view", 1] if second else ["view"]
        case Exposed(run, variation):
            return ["exp", run, variation]
        case Happened(name):
            return ["event", name]
        case Converted(goal, count, total, standings, amount):
            stood = [[s.run, s.variation, s.count, s.total] for s in standings]
            return ["goal", goal, count, total, stood, *([amount] if amount else [])]
        case _:
            raise ValueError(f"the reference ledger never reports {entry}")
