"""Answers from the cells: one run of an experiment day by day, one site's traffic, the books.

Reads only. May not know how counts got into the cells, or how answers travel.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import date, timedelta

from domain.beacon import LONG_GAP
from domain.health import HealthCounts
from domain.names import GoalKey, RunName, SiteKey, VariationKey
from domain.report import (
    ArmDay,
    Breakdown,
    Days,
    ExperimentCounts,
    GoalDay,
    LiveCounts,
    TrafficCounts,
    TrafficDay,
)
from domain.tally import ORIGINS_AND_PAGE, Sums
from ingest_grpc.aggregator import span_rows
from ingest_grpc.aggregator.books import Book
from ingest_grpc.aggregator.dialect import LIMB_BITS, Row
from ingest_grpc.aggregator.health import HEALTH, health_of
from ingest_grpc.aggregator.live import listen
from ingest_grpc.aggregator.retention import year_day
from ingest_grpc.aggregator.spans import Span, cover, within
from ingest_grpc.aggregator.store import Store

EXACT_DAYS = 32
"""Unique visitors of a range are exact up to this length: longer gaps than 31 days are not told apart."""

BREAKDOWN_ROWS = 100

_GAP = "gap/"

_TOTALS = """SELECT day, what, n, conversions, total, squares_high, squares_low FROM counts_cell
             WHERE site = ? AND dimension = '' AND day BETWEEN ? AND ? AND """
_ARMS = _TOTALS + "what >= ? AND what < ? ORDER BY day, what"
_GOALS = _TOTALS + "what >= 'converted/' AND what < 'converted0' AND what LIKE ? ORDER BY day, what"
_TRAFFIC = f"""{_TOTALS} (what IN ('visitors', 'sessions', 'views', 'bounces', 'quarter', 'year', 'gap/0', 'gap/32')
               OR (what >= 'gap/' AND what < 'gap0' AND day < ?))"""

_EARLIER = "SELECT 1 FROM counts_cell WHERE site = ? AND dimension IN ('', 'years') AND day < ? LIMIT 1"

_BOOK_SUMS = ", ".join(f"CAST(COALESCE(SUM({column}), 0) AS bigint) AS {column}" for column in Book._fields)
_TOTAL_BOOK = f"SELECT {_BOOK_SUMS} FROM counts_book"  # noqa: S608 - column names only
_BOOKS = f"SELECT hour, {', '.join(Book._fields)} FROM counts_book WHERE site = ? AND hour BETWEEN ? AND ?"  # noqa: S608


class Reporter:
    """Implements `wire.report.Reports` on a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def experiment(self, site: SiteKey, run: RunName, days: Days) -> ExperimentCounts:
        """The arms and goals of one run of an experiment, day by day. Raises UnavailableError."""
        where = (site, days.first, days.last)
        arms = await self._store.read(_ARMS, (*where, f"exposed/{run}/", f"exposed/{run}0"))
        goals = await self._store.read(_GOALS, (*where, f"converted/%/{run}/%"))
        return ExperimentCounts(tuple(map(_arm_day, arms)), tuple(map(_goal_day, goals)))

    async def traffic(self, site: SiteKey, days: Days) -> TrafficCounts:
        """What happened on a site. Raises UnavailableError."""
        where = (site, days.first, days.last)
        rows = [
            (day, what, n) for day, what, n, *_ in await self._store.read(_TRAFFIC, (*where, days.first + EXACT_DAYS))
        ]
        breakdowns = await self._breakdowns(site, days)
        exact = await self._exact_visitors(rows, site, days)
        return TrafficCounts(
            visitors=uniques(rows, days.first) if exact is None else exact,
            visitors_exact=exact is not None,
            sessions=_sum_of(rows, "sessions"),
            views=_sum_of(rows, "views"),
            bounces=_sum_of(rows, "bounces"),
            days=_traffic_days(rows),
            breakdowns=breakdowns,
        )

    async def _breakdowns(self, site: SiteKey, days: Days) -> tuple[Breakdown, ...]:
        """Page views by each dimension, the most frequent values of it."""
        views = span_rows.views(site, cover(days, await self._marked(site, days)))
        found: dict[str, list[tuple[str, int]]] = {dimension: [] for dimension in ORIGINS_AND_PAGE}
        for dimension, value, n in await self._store.read(f"{views.sql} ORDER BY n DESC, value", views.arguments):
            if len(found[dimension]) < BREAKDOWN_ROWS:
                found[dimension].append((value, n))
        return tuple(Breakdown(dimension, tuple(rows)) for dimension, rows in found.items())

    async def _marked(self, site: SiteKey, days: Days) -> frozenset[Span]:
        """The spans within a range that were added up; none is asked for where the range is too short for any."""
        spans = tuple(within(days))
        if not spans:
            return frozenset()
        marks = span_rows.marks(site, spans)
        return span_rows.marked(await self._store.read(marks.sql, marks.arguments))

    async def _exact_visitors(self, rows: Sequence[Row], site: SiteKey, days: Days) -> int | None:
        """Visitors of a range, each once; None where the range is too long to tell."""
        if days.last - days.first < EXACT_DAYS:
            return uniques(rows, days.first)
        begun = next((what for what, begin in _BEGINS.items() if begin(days.last) == days.first), None)
        if begun is not None:
            return _sum_of(rows, begun)
        if await self._store.read(_EARLIER, (site, days.first)):
            return None
        return _sum_of(rows, f"{_GAP}0")  # nobody was there before, so whoever comes is new once

    def live(self, site: SiteKey) -> AsyncIterator[LiveCounts]:
        """What is added to a site from now on, whichever aggregator commits it."""
        return listen(self._store.read, self._store.live, site)

    async def health(self, site: SiteKey, days: Days) -> HealthCounts:
        """How a site's changes went and which goals were reached. Raises UnavailableError."""
        return health_of(await self._store.read(HEALTH, (site, days.first, days.last)))

    async def books(self, site: SiteKey, first_hour: int, last_hour: int) -> dict[int, Book]:
        """A site's books by hour since 1970-01-01, both included; site "" for beacons that could not be read.

        After BOOK_DAYS the hours of a day are together under its first one.
        """
        rows = await self._store.read(_BOOKS, (site, first_hour, last_hour))
        return {hour: Book(*numbers) for hour, *numbers in rows}

    async def total_book(self) -> Book:
        """Every site's books in one. Raises UnavailableError."""
        return Book(*(await self._store.read(_TOTAL_BOOK))[0])


def uniques(rows: Iterable[Row], first: int) -> int:
    """Visitors of a range that begins on day `first`, each once, from rows of (day, `gap/GAP`, number).

    A visitor is counted on the first visit day within the range: never there before (gap 0), or last before it.
    """
    total = 0
    for day, what, n in rows:
        if what.startswith(_GAP):
            gap = int(what.removeprefix(_GAP))
            if gap == 0 or gap == LONG_GAP or gap > day - first:
                total += n
    return total


def _quarter_begins(day: int) -> int:
    when = _EPOCH + timedelta(days=day)
    return (when.replace(month=when.month - (when.month - 1) % 3, day=1) - _EPOCH).days


_EPOCH = date(1970, 1, 1)

_BEGINS: dict[str, Callable[[int], int]] = {"quarter": _quarter_begins, "year": year_day}
"""Visitors who came first in a period since it began are counted under this name, by the day on which it began."""


def _sum_of(rows: Iterable[Row], wanted: str) -> int:
    return sum(n for _, what, n in rows if what == wanted)


def _traffic_days(rows: Iterable[Row]) -> tuple[TrafficDay, ...]:
    days: dict[int, dict[str, int]] = {}
    for day, what, n in rows:
        days.setdefault(day, {})[what] = n
    return tuple(
        TrafficDay(day, found.get("visitors", 0), found.get("sessions", 0), found.get("views", 0))
        for day, found in sorted(days.items())
    )


def _arm_day(row: Row) -> ArmDay:
    day, what, n, *_ = row
    _, _, variation = what.split("/")
    return ArmDay(day, VariationKey(variation), n)


def _goal_day(row: Row) -> GoalDay:
    day, what, n, conversions, total, high, low = row
    _, goal, _, variation = what.split("/")
    return GoalDay(day, VariationKey(variation), GoalKey(goal), Sums(n, conversions, total, (high << LIMB_BITS) + low))
