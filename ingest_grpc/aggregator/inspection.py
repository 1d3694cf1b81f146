"""What the aggregator makes of a frame before anything is counted: its beacons, or why there are none.

Relays check beacons in full; here only what would harm the counts is looked at. May not know the database.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from domain.beacon import (
    LONG_GAP,
    Admitted,
    Converted,
    Entry,
    Exposed,
    Happened,
    Left,
    OpReported,
    SessionStarted,
    Viewed,
    Visited,
)
from domain.names import SiteKey, is_event_name, is_key, is_run_name
from ingest_grpc.aggregator.constants import BACKLOG_MS, DAY_MS, HOUR_MS, OTHER
from ingest_grpc.wire.batch import NewerError, UnreadableError, decode_batch
from ingest_grpc.wire.frame import NO_HASH, Frame, chain_hash
from ingest_grpc.wire.ports import RefusedError

NONCE_BYTES = 16
MAX_AMOUNT = 10**12
"""In minor units, forwards or back. Two million visitors of the greatest total fit a cell, squares and all."""
MAX_MS = 2**32 - 1
MAX_OP = 999
MAX_PAGE = 512
MAX_VALUE = 255
"""Characters. A cell's key has to fit an index of PostgreSQL: 2,704 bytes, at up to four a character."""
MAX_DAYS_OFF = 2
"""A site's day and the day in UTC differ by one at most; a browser's claim by one more."""


class Rejection(Enum):
    """Why a beacon that a relay accepted is not counted."""

    NONCE = "its nonce is not 16 bytes"
    SITE = "its site is not a key"
    DAY = "its day is not near the day on which it was sealed"
    SURROUNDINGS = "a value that it would be broken down by is too long, or holds a zero byte"
    ENTRY = "an entry holds a name or a number that no browser sends"


class Fate(Enum):
    """What becomes of a frame as a whole; all but COUNT leave its beacons uncounted."""

    COUNT = "counted"
    STALE = "sealed too long ago to tell repeats apart"
    POISON = "not readable as beacons"
    OVERFLOW = "its counts would not fit their columns"
    LOST = "lost to a bad disk at the relay"


@dataclass(frozen=True, slots=True)
class Inspected:
    """A frame, what becomes of it, and its beacons that may be counted and that may not."""

    frame: Frame
    fate: Fate
    beacons: tuple[Admitted, ...] = ()
    rejected: tuple[tuple[SiteKey, Rejection], ...] = ()

    @property
    def hour(self) -> int:
        """The hour in whose books it stands."""
        return self.frame.sealed_ms // HOUR_MS


def check_chain(frames: Sequence[Frame]) -> None:
    """Raise RefusedError unless the frames follow one upon the other."""
    if not frames:
        raise RefusedError("frames", "must not be empty")
    if frames[0].sequence == 1 and frames[0].previous_hash != NO_HASH:
        raise RefusedError("frames[0].previous_hash", "must be empty: nothing comes before frame 1")
    for index, frame in enumerate(frames):
        if frame.payload is not None and frame.hash != _hash(frame, frame.payload):
            raise RefusedError(f"frames[{index}].hash", "is not the hash of the frame")
    for index, (before, frame) in enumerate(itertools.pairwise(frames), start=1):
        if frame.sequence != before.sequence + 1:
            raise RefusedError(f"frames[{index}].sequence", f"must be {before.sequence + 1}")
        if frame.previous_hash != before.hash:
            raise RefusedError(f"frames[{index}].previous_hash", "must be the hash of the frame before")


def _hash(frame: Frame, payload: bytes) -> bytes:
    return chain_hash(frame.sequence, frame.sealed_ms, frame.previous_hash, payload)


def inspect(frame: Frame, now_ms: int) -> Inspected:
    """Read a frame. Raises NewerError where it holds what only a newer version understands."""
    if frame.payload is None:
        return Inspected(frame, Fate.LOST)
    if now_ms - frame.sealed_ms > BACKLOG_MS:
        return Inspected(frame, Fate.STALE)
    try:
        beacons = decode_batch(frame.payload)
    except NewerError:
        raise
    except UnreadableError:
        return Inspected(frame, Fate.POISON)
    if len(beacons) != frame.beacons:
        return Inspected(frame, Fate.POISON)
    sealed_day = frame.sealed_ms // DAY_MS
    judged = [(beacon, rejection(beacon, sealed_day)) for beacon in beacons]
    return Inspected(
        frame,
        Fate.COUNT,
        tuple(beacon for beacon, why in judged if why is None),
        tuple((_booked_under(beacon), why) for beacon, why in judged if why is not None),
    )


def rejection(beacon: Admitted, sealed_day: int) -> Rejection | None:
    """Why a beacon may not be counted; None where it may."""
    for why, holds in _RULES.items():
        if not holds(beacon, sealed_day):
            return why
    return None


def reasons(frames: Sequence[Inspected]) -> Counter[Rejection]:
    """How many beacons were rejected, by reason."""
    return Counter(why for frame in frames for _, why in frame.rejected)


def _booked_under(beacon: Admitted) -> SiteKey:
    return beacon.site if _is_key(beacon.site) else SiteKey("")


# The same few names come again and again.
_is_key = functools.lru_cache(maxsize=10_000)(is_key)
_is_run = functools.lru_cache(maxsize=10_000)(is_run_name)
_is_event = functools.lru_cache(maxsize=10_000)(lambda name: name == OTHER or is_event_name(name))


@functools.lru_cache(maxsize=10_000)
def _is_text(value: str, longest: int) -> bool:
    return len(value) <= longest and "\0" not in value


def _surroundings_hold(beacon: Admitted) -> bool:
    where = beacon.surroundings
    short = (
        where.channel,
        where.source,
        where.campaign,
        where.country,
        where.platform,
        where.browser,
        where.device,
    )
    return _is_text(where.page, MAX_PAGE) and all(_is_text(value, MAX_VALUE) for value in short)


def _entries_hold(beacon: Admitted) -> bool:
    return all(_ENTRY_RULES[type(entry)](entry) for entry in beacon.entries)


def _keys(*names: str) -> bool:
    return all(_is_key(name) for name in names)


def _amounts(*numbers: int) -> bool:
    return all(-MAX_AMOUNT <= number <= MAX_AMOUNT for number in numbers)


def _visited(entry: Visited) -> bool:
    return 0 <= entry.gap <= LONG_GAP and 0 <= entry.bits <= 3


def _exposed(entry: Exposed) -> bool:
    goals = (goal for goal, _ in entry.before)
    totals = (total for _, total in entry.before)
    return _is_run(entry.run) and _keys(entry.variation, *goals) and _amounts(*totals)


def _converted(entry: Converted) -> bool:
    return (
        _keys(entry.goal)
        and _amounts(entry.total, entry.amount, entry.cap)
        and entry.count >= 0
        and entry.cap >= 0
        and all(_is_run(s.run) and _keys(s.variation) and _amounts(s.total) and s.count >= 0 for s in entry.standings)
    )


def _left(entry: Left) -> bool:
    return 0 <= entry.engaged_ms <= MAX_MS and 0 <= entry.scroll <= 100


def _op(entry: OpReported) -> bool:
    return _is_run(entry.run) and _keys(entry.variation) and 0 <= entry.op <= MAX_OP and 0 <= entry.ms <= MAX_MS


_ENTRY_RULES: dict[type[Entry], Callable[..., bool]] = {
    Visited: _visited,
    SessionStarted: lambda _: True,
    Viewed: lambda _: True,
    Exposed: _exposed,
    Converted: _converted,
    Happened: lambda entry: _is_event(entry.name),
    Left: _left,
    OpReported: _op,
}

_RULES: dict[Rejection, Callable[[Admitted, int], bool]] = {
    Rejection.NONCE: lambda beacon, _: len(beacon.nonce) == NONCE_BYTES,
    Rejection.SITE: lambda beacon, _: _is_key(beacon.site),
    Rejection.DAY: lambda beacon, sealed_day: abs(beacon.day - sealed_day) <= MAX_DAYS_OFF,
    Rejection.SURROUNDINGS: lambda beacon, _: _surroundings_hold(beacon),
    Rejection.ENTRY: lambda beacon, _: _entries_hold(beacon),
}
