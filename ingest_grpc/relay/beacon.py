"""A beacon's bytes into its meaning: typed, bounded, strict; one bad entry refuses the whole.

The only file of the relay that reads JSON from browsers. May not know which sites, experiments or goals exist.
"""

from __future__ import annotations

import binascii
import json
import re
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain.beacon import (
    LONG_GAP,
    Converted,
    Entry,
    Exposed,
    Happened,
    Left,
    OpReported,
    SessionStarted,
    Standing,
    Viewed,
    Visited,
)
from domain.names import EVENT_PATTERN, EventName, GoalKey, RunName, VariationKey
from ingest_grpc.relay.refusals import Refusal

MOST_BYTES = 8192
MOST_ENTRIES = 32
MOST_PATH = 2048
MOST_SOURCE = 512
LARGEST_AMOUNT = 10**12
"""In minor units, of one conversion and of what a visitor's conversions add up to."""

# Only bounded here: that a key or a run is one of the site's is looked up, which is stricter than any pattern.
_Key = Annotated[str, Meta(min_length=1, max_length=40)]
_Run = Annotated[str, Meta(min_length=1, max_length=44)]
_Event = Annotated[str, Meta(pattern=f"^{EVENT_PATTERN}\\Z")]
_Count = Annotated[int, Meta(ge=0, le=1_000_000)]
_Amount = Annotated[int, Meta(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT)]
_Milliseconds = Annotated[int, Meta(ge=0, le=86_400_000)]
_Source = Annotated[str, Meta(max_length=MOST_SOURCE)]
_Path = Annotated[str, Meta(min_length=1, max_length=MOST_PATH)]
# A browser's clock may be wrong by years; what is off by more than a day is replaced later.
_Day = Annotated[int, Meta(ge=-1_000_000, le=10_000_000)]


class _Entry(Struct, array_like=True, forbid_unknown_fields=True):
    """An array whose first item names its kind."""

    def meaning(self) -> Entry:
        raise AssertionError("an entry without a kind")


class _Visit(_Entry, tag="visit"):
    gap: Annotated[int, Meta(ge=0, le=LONG_GAP)]
    bits: Annotated[int, Meta(ge=0, le=3)]

    def meaning(self) -> Entry:
        return _visited(self.gap, self.bits)


class _Session(_Entry, tag="session"):
    def meaning(self) -> Entry:
        return _SESSION


class _View(_Entry, tag="view"):
    second: Literal[0, 1] = 0

    def meaning(self) -> Entry:
        return _SECOND_VIEW if self.second else _VIEW


class _Exp(_Entry, tag="exp"):
    run: _Run
    variation: _Key
    before: Annotated[dict[_Key, _Amount], Meta(max_length=MOST_ENTRIES)] = {}

    def meaning(self) -> Entry:
        before = tuple([(GoalKey(goal), total) for goal, total in self.before.items()])
        return _exposed(RunName(self.run), VariationKey(self.variation), before)


class _Standing(Struct, array_like=True, forbid_unknown_fields=True):
    run: _Run
    variation: _Key
    count: _Count
    total: _Amount
    source: tuple[_Source, _Source, _Source, _Source] | None = None


class _Goal(_Entry, tag="goal"):
    goal: _Key
    count: _Count
    total: _Amount
    standings: Annotated[list[_Standing], Meta(max_length=MOST_ENTRIES)]
    amount: _Amount = 0

    def meaning(self) -> Entry:
        standings = tuple(
            [_standing(RunName(s.run), VariationKey(s.variation), s.count, s.total) for s in self.standings]
        )
        return Converted(GoalKey(self.goal), self.count, self.total, standings, self.amount)


class _Happening(_Entry, tag="event"):
    name: _Event

    def meaning(self) -> Entry:
        return _happened(EventName(self.name))


class _Leave(_Entry, tag="leave"):
    engaged_ms: _Milliseconds
    scroll: Annotated[int, Meta(ge=0, le=100)]

    def meaning(self) -> Entry:
        return Left(self.engaged_ms, self.scroll)


class _Op(_Entry):
    run: _Run
    variation: _Key
    op: Annotated[int, Meta(ge=0, le=999)]

    def reported(self, outcome: Literal["ok", "miss", "error"], ms: int = 0) -> Entry:
        return OpReported(outcome, RunName(self.run), VariationKey(self.variation), self.op, ms)


class _Ok(_Op, tag="ok"):
    ms: _Milliseconds

    def meaning(self) -> Entry:
        return self.reported("ok", self.ms)


class _Miss(_Op, tag="miss"):
    def meaning(self) -> Entry:
        return self.reported("miss")


class _Error(_Op, tag="error"):
    def meaning(self) -> Entry:
        return self.reported("error")


_AnyEntry = _Visit | _Session | _View | _Exp | _Goal | _Happening | _Leave | _Ok | _Miss | _Error


class _Beacon(Struct, forbid_unknown_fields=True):
    v: Literal[1]
    cfg: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
    d: _Day
    p: _Path
    src: tuple[_Source, _Source, _Source, _Source]
    e: Annotated[list[_AnyEntry], Meta(min_length=1, max_length=MOST_ENTRIES)]


class Beacon(Struct, frozen=True):
    """A beacon as the browser means it. Caps are not in its conversions yet."""

    nonce: bytes
    """16 bytes, the same whenever the beacon is sent again."""
    day: int
    """The site-local day that the browser claims."""
    path: str
    source: tuple[str, str, str, str]
    """Referring host, and the UTM source, medium and campaign."""
    entries: tuple[Entry, ...]


# The same few come again and again; remembering one takes a third of the time of building a frozen one.
_visited = lru_cache(maxsize=256)(Visited)
_exposed = lru_cache(maxsize=4096)(Exposed)
_standing = lru_cache(maxsize=4096)(Standing)
_happened = lru_cache(maxsize=4096)(Happened)
_SESSION = SessionStarted()
_VIEW = Viewed()
_SECOND_VIEW = Viewed(second=True)
_MEMBERS = len(_Beacon.__struct_fields__)
_STANDARD = str.maketrans("-_", "+/")
_NONCE = re.compile(r"[A-Za-z0-9_-]{22}")
_decode = msgspec.json.Decoder(_Beacon).decode


def read_beacon(nonce: str, body: bytes) -> Beacon | Refusal:
    """What a nonce and a body mean, or why they mean nothing. Raises nothing, whatever the bytes."""
    if len(body) > MOST_BYTES:
        return Refusal.TOO_LARGE
    if _NONCE.fullmatch(nonce) is None:
        return Refusal.BAD_NONCE
    try:
        wire = _decode(body)
    except msgspec.ValidationError:
        return Refusal.WRONG_SHAPE
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refusal.NOT_JSON
    if not (wire.p[0] == "/" and wire.p.isprintable()):
        return Refusal.WRONG_SHAPE
    if _repeats_entry(wire.e) or _repeats_key(body, wire):
        return Refusal.REPEATED
    entries = tuple([entry.meaning() for entry in wire.e])
    # 22 characters hold 132 bits; the last four are left over.
    return Beacon(binascii.a2b_base64(nonce.translate(_STANDARD) + "=="), wire.d, wire.p, wire.src, entries)


def _repeats_entry(entries: list[_AnyEntry]) -> bool:
    """Whether something is said twice that can be said once: the day's visit, an exposure, a standing."""
    if len(entries) == 1 and type(entries[0]) is not _Goal:
        return False
    visits = [entry for entry in entries if type(entry) is _Visit]
    exposures = [entry.run for entry in entries if type(entry) is _Exp]
    if len(visits) > 1 or len(exposures) > len(set(exposures)):
        return True
    several = [entry.standings for entry in entries if type(entry) is _Goal and len(entry.standings) > 1]
    return any(len({s.run for s in standings}) < len(standings) for standings in several)


def _repeats_key(body: bytes, wire: _Beacon) -> bool:
    # Each key has its colon, so as many colons as different keys leave no room for a repeated one.
    colons = body.count(b":") - _MEMBERS
    if colons:
        colons -= sum([len(entry.before) for entry in wire.e if type(entry) is _Exp])
    return colons != 0 and _has_repeated_key(body)


def _has_repeated_key(body: bytes) -> bool:
    repeated = False

    def note(pairs: list[tuple[str, object]]) -> None:
        nonlocal repeated
        repeated |= len({key for key, _ in pairs}) < len(pairs)

    json.loads(body, object_pairs_hook=note)
    return repeated
