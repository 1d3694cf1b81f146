"""Beacons folded into counts that add like numbers: the only form in which anything is kept.

Cells are marginals: one dimension at a time, never a cross product. May not know where cells are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from domain.beacon import (
    FIRST_THIS_QUARTER,
    FIRST_THIS_YEAR,
    Admitted,
    Converted,
    Entry,
    Exposed,
    Happened,
    Left,
    OpReported,
    SessionStarted,
    Surroundings,
    Viewed,
    Visited,
)
from domain.names import SiteKey

TOTAL = ""
"""The dimension of a count that is not broken down."""

DIMENSIONS = ("channel", "country", "platform", "browser", "device")
"""What visitors, sessions, exposures and conversions are broken down by, one at a time."""

ORIGINS = (*DIMENSIONS, "source", "campaign")
"""What visitors are broken down by besides."""

ORIGINS_AND_PAGE = (*ORIGINS, "page")
"""What sessions (by the page they began on) and page views are broken down by."""


class Cell(NamedTuple):
    """The name of one stored count.

    `what` is a path of keys: `visitors`, `gap/7`, `quarter`, `year`, `sessions`, `bounces`, `views`, `engaged`,
    `scrolled`, `event/NAME`, `exposed/RUN/VARIATION`, `converted/GOAL`, `converted/GOAL/RUN/VARIATION`,
    `before/GOAL/RUN/VARIATION`, `ok|miss|error/RUN/VARIATION/OP`.
    """

    site: SiteKey
    day: int
    what: str
    dimension: str
    value: str


class Sums(NamedTuple):
    """The numbers of a cell.

    `n` visitors (or things counted), `conversions` how often, `total` their sum in minor units, `squares` the sum over
    visitors of the square of each one's total. Any of them may be negative in a difference.
    """

    n: int = 0
    conversions: int = 0
    total: int = 0
    squares: int = 0


@dataclass(slots=True)
class Tally:
    """Counts of many beacons; two tallies add up cell by cell."""

    cells: dict[Cell, Sums] = field(default_factory=dict)

    def add(self, cell: Cell, sums: Sums) -> None:
        """Add to one cell."""
        old = self.cells.get(cell)
        self.cells[cell] = sums if old is None else Sums(*(a + b for a, b in zip(old, sums, strict=True)))

    def merge(self, other: Tally) -> None:
        """Add every cell of another tally."""
        for cell, sums in other.cells.items():
            self.add(cell, sums)


class Difference(NamedTuple):
    """What one entry adds: to which count, how much, broken down by what."""

    what: str
    sums: Sums
    dimensions: tuple[str, ...] = ()


def fold(beacons: Iterable[Admitted]) -> Tally:
    """Add up beacons. Each is taken as new: sorting out repeats is the caller's task."""
    # A busy place: plain tuples and lists while adding, cells and sums once at the end.
    counted: dict[_Key, list[int]] = {}
    for beacon in beacons:
        site, day, where = beacon.site, beacon.day, beacon.surroundings
        for entry in beacon.entries:
            for what, sums, dimensions in _OF[type(entry)](entry):
                _count(counted, (site, day, what, TOTAL, ""), sums)
                if dimensions:
                    for dimension, value in zip(dimensions, _VALUES[dimensions](where), strict=True):
                        if value:
                            _count(counted, (site, day, what, dimension, value), sums)
    return Tally({Cell(*key): Sums(*numbers) for key, numbers in counted.items()})


_Key = tuple[SiteKey, int, str, str, str]

_VALUES: dict[tuple[str, ...], Callable[[Surroundings], tuple[str, ...]]] = {
    dimensions: attrgetter(*dimensions) for dimensions in (DIMENSIONS, ORIGINS, ORIGINS_AND_PAGE)
}


def _count(counted: dict[_Key, list[int]], key: _Key, sums: Sums) -> None:
    numbers = counted.get(key)
    if numbers is None:
        counted[key] = list(sums)
    elif sums is ONE:
        numbers[0] += 1
    else:
        for index, number in enumerate(sums):
            numbers[index] += number


def differences(entry: Entry) -> Iterator[Difference]:
    """What an entry adds to the counts."""
    return _OF[type(entry)](entry)


ONE = Sums(n=1)


def _visited(entry: Visited) -> Iterator[Difference]:
    yield Difference("visitors", ONE, ORIGINS)
    yield Difference(f"gap/{entry.gap}", ONE)
    if entry.bits & FIRST_THIS_QUARTER:
        yield Difference("quarter", ONE)
    if entry.bits & FIRST_THIS_YEAR:
        yield Difference("year", ONE)


def _session(_: SessionStarted) -> Iterator[Difference]:
    yield Difference("sessions", ONE, ORIGINS_AND_PAGE)
    yield Difference("bounces", ONE)


def _viewed(entry: Viewed) -> Iterator[Difference]:
    yield Difference("views", ONE, ORIGINS_AND_PAGE)
    if entry.second:
        yield Difference("bounces", Sums(n=-1))


def _exposed(entry: Exposed) -> Iterator[Difference]:
    arm = f"{entry.run}/{entry.variation}"
    yield Difference(f"exposed/{arm}", ONE, DIMENSIONS)
    for goal, total in entry.before:
        yield Difference(f"before/{goal}/{arm}", Sums(n=1, total=total, squares=total * total))


def _converted(entry: Converted) -> Iterator[Difference]:
    yield Difference(f"converted/{entry.goal}", conversion(entry.count, entry.total, entry.amount, 0), DIMENSIONS)
    for s in entry.standings:
        what = f"converted/{entry.goal}/{s.run}/{s.variation}"
        yield Difference(what, conversion(s.count, s.total, entry.amount, entry.cap), DIMENSIONS)


def conversion(count: int, total: int, amount: int, cap: int) -> Sums:
    """What one more conversion adds, for a visitor who had `count` of them worth `total`.

    With y the total before and y' the total after, both cut off at `cap` (0: not at all), it adds y' − y and
    y'² − y². Over a visitor's life these telescope to the last total and its square, so the sums are those of a
    table with one row a visitor.
    """
    before = min(total, cap) if cap else total
    after = min(total + amount, cap) if cap else total + amount
    return Sums(n=int(count == 0), conversions=1, total=after - before, squares=after * after - before * before)


def _happened(entry: Happened) -> Iterator[Difference]:
    yield Difference(f"event/{entry.name}", ONE)


def _left(entry: Left) -> Iterator[Difference]:
    yield Difference("engaged", Sums(n=1, total=entry.engaged_ms))
    yield Difference("scrolled", Sums(n=1, total=entry.scroll))


def _reported(entry: OpReported) -> Iterator[Difference]:
    what = f"{entry.outcome}/{entry.run}/{entry.variation}/{entry.op}"
    yield Difference(what, Sums(n=1, total=entry.ms))


_OF: dict[type, Callable[..., Iterator[Difference]]] = {
    Visited: _visited,
    SessionStarted: _session,
    Viewed: _viewed,
    Exposed: _exposed,
    Converted: _converted,
    Happened: _happened,
    Left: _left,
    OpReported: _reported,
}
