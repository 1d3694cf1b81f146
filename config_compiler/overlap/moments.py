"""Finds a minute at which two experiments run and their hours and weekdays have come.

Time zones are those of the data that is installed with this package: the same on every machine.
May not know the time: without a schedule, a Monday at noon will do.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from config_compiler.overlap.effort import UndecidedError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SOME_MONDAY = (datetime(2026, 1, 5, 12, tzinfo=UTC) - _EPOCH) // timedelta(minutes=1)
_QUARTER = 15
_LONG_ENOUGH = 15 * 24 * 60
"""Two weeks and a day: every hour of every weekday comes, even if a clock change skips one of them."""


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes since 1970-01-01 UTC; the start included, the end not; None for no bound."""

    start: int | None = None
    end: int | None = None

    def shared(self, other: Span) -> Span | None:
        """The minutes of both; None for none."""
        start = max((s for s in (self.start, other.start) if s is not None), default=None)
        end = min((e for e in (self.end, other.end) if e is not None), default=None)
        return None if start is not None and end is not None and start >= end else Span(start, end)


ALWAYS = Span()


@dataclass(frozen=True, slots=True)
class Moment:
    """A minute, and what the site's clock says then."""

    now: int
    hour: int
    weekday: int


def moment(span: Span, hours: Collection[int], weekdays: Collection[int], timezone: str) -> Moment | None:
    """The first such minute, or None. Clocks change their hour at a full quarter of UTC's, wherever they are."""
    start, end = _window(span)
    zone = _zone(timezone)
    for now in (start, *range(start - start % _QUARTER + _QUARTER, end, _QUARTER)):
        found = _read(now, zone)
        if found.hour in hours and found.weekday in weekdays:
            return found
    return None


def clock(now: int, timezone: str) -> str:
    """What the site's calendar and clock say at a minute, as `2026-12-01T09:00`."""
    return f"{(_EPOCH + timedelta(minutes=now)).astimezone(_zone(timezone)):%Y-%m-%dT%H:%M}"


def _window(span: Span) -> tuple[int, int]:
    start = span.start
    if start is None:
        start = _SOME_MONDAY if span.end is None else span.end - _LONG_ENOUGH
    most = start + _LONG_ENOUGH
    return start, most if span.end is None else min(span.end, most)


def _read(now: int, zone: ZoneInfo) -> Moment:
    try:
        local = (_EPOCH + timedelta(minutes=now)).astimezone(zone)
    except OverflowError as beyond:
        raise UndecidedError("their schedules go beyond the calendar") from beyond
    return Moment(now, local.hour, local.isoweekday())


@cache
def _zone(name: str) -> ZoneInfo:
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, name)
