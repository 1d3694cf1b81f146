"""Reports from spans of days that were added up: the same as the sums of the days, whatever came when."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.beacon import Surroundings
from domain.names import SiteKey
from domain.report import Breakdown, Days
from domain.tally import ORIGINS_AND_PAGE, Cell, Sums
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.constants import DAY_MS
from ingest_grpc.aggregator.migrations import STEPS, migrate
from ingest_grpc.aggregator.reports import BREAKDOWN_ROWS, Reporter
from ingest_grpc.aggregator.retention import year_day
from ingest_grpc.aggregator.spans import (
    CLOSED_DAYS,
    LATE_DAYS,
    LENGTHS,
    Span,
    cover,
    due,
    is_late,
    spans_around,
    within,
)
from ingest_grpc.aggregator.store import Store
from ingest_grpc.aggregator.transaction import Transaction
from tests.aggregator.traces import RELAY, SHOP, Clock, Journal, Opening, beacon

FIRST = 20_480  # begins spans of both lengths
DATES = st.integers(FIRST, FIRST + 300)


@given(DATES, st.integers(0, 300), st.sets(st.integers(0, 400)), DATES)
def test_spans_and_days_hold_each_day_of_a_range_once(first: int, more: int, gone: set[int], today: int) -> None:
    rolled = {span for day in range(FIRST, today) for span in spans_around(day) if span.end <= today}
    rolled -= {span for number in gone for span in [Span(LENGTHS[number % 2], FIRST + number // 2 * 8)]}
    made = cover(Days(first, first + more), rolled)
    days = [day for span in made.spans for day in range(span.first, span.end)] + list(made.days)
    assert sorted(days) == list(range(first, first + more + 1))
    assert rolled.issuperset(made.spans)


@given(DATES, st.integers(0, 200), st.integers(0, 200))
def test_whatever_is_added_up_is_looked_at_by_whoever_counts_into_it(oldest: int, more: int, back: int) -> None:
    today, rolled = oldest + more, set[Span]()
    while (span := due(oldest, today, rolled)) is not None:
        rolled.add(span)
    day = today - back
    # By another clock it may still be the day before.
    assert is_late(day, today - (CLOSED_DAYS - LATE_DAYS)) or not rolled.intersection(spans_around(day))


@given(DATES, st.integers(0, 300))
def test_the_spans_within_a_range_are_those_that_begin_and_end_in_it(first: int, more: int) -> None:
    days = Days(first, first + more)
    every = {span for day in range(first, first + more + 1) for span in spans_around(day)}
    assert set(within(days)) == {span for span in every if span.first >= first and span.end <= days.last + 1}


@given(DATES, DATES)
def test_a_day_is_late_once_the_first_of_its_spans_may_be_added_up(day: int, today: int) -> None:
    assert is_late(day, today) == (min(span.end for span in spans_around(day)) <= today - LATE_DAYS)


def test_a_year_is_few_spans_and_fewer_days() -> None:
    today = FIRST + 700
    rolled = {span for day in range(FIRST, today - CLOSED_DAYS) for span in spans_around(day)}
    rolled = {span for span in rolled if span.end <= today - CLOSED_DAYS}
    made = [cover(Days(last - 364, last), rolled) for last in range(today - 64, today + 1)]
    assert max(len(one.spans) + len(one.days) for one in made) <= 40


async def _say(store: Store, cells: dict[Cell, Sums], today: int) -> None:
    async def work(said: Transaction) -> None:
        await said._execute("UPDATE counts_period SET current = current")
        await said.add_cells(cells.items())
        await said.add_late(cells.items(), today)

    await store.write(work)


async def _roll(store: Store, today: int, site: SiteKey = SHOP) -> bool:
    async def work(said: Transaction) -> bool:
        await said._execute("UPDATE counts_period SET current = current")
        return await said.roll_span(site, (await said.oldest(site, 0))[0], today)

    return await store.write(work)


async def _drop_oldest(store: Store) -> None:
    async def work(said: Transaction) -> None:
        await said._execute("UPDATE counts_period SET current = current")
        day, _ = await said.oldest(SHOP, 0)
        await said.roll_up(SHOP, day, year_day(day))

    await store.write(work)


async def _by_days(store: Store, days: Days) -> tuple[Breakdown, ...]:
    """What the reports said before there were spans."""
    found: dict[str, Counter[str]] = {dimension: Counter() for dimension in ORIGINS_AND_PAGE}
    rows = await store.read(
        "SELECT dimension, value, n, day FROM counts_cell WHERE site = ? AND what = 'views'", (SHOP,)
    )
    for dimension, value, n, day in rows:
        if dimension in found and days.first <= day <= days.last:
            found[dimension][value] += n
    ranked = {d: sorted(c.items(), key=lambda row: (-row[1], row[0].encode())) for d, c in found.items()}
    return tuple(Breakdown(dimension, tuple(rows[:BREAKDOWN_ROWS])) for dimension, rows in ranked.items())


async def _agree(store: Store, dice: random.Random, today: int, times: int = 6) -> None:
    for _ in range(times):
        first = dice.randint(FIRST - 10, today)
        days = Days(first, dice.randint(first, today + 10))
        assert (await Reporter(store).traffic(SHOP, days)).breakdowns == await _by_days(store, days)


def _some(dice: random.Random, days: range) -> dict[Cell, Sums]:
    tally: dict[Cell, Sums] = {}
    for _ in range(dice.randint(1, 40)):
        day, dimension = dice.choice(days), dice.choice(ORIGINS_AND_PAGE)
        value = f"{dice.choice('äzA/')}{dice.randint(0, 120 if dimension == 'page' else 5)}"
        for what in ("views", "sessions"):
            tally[Cell(SHOP, day, what, dimension, value)] = Sums(dice.randint(1, 50))
        tally[Cell(SHOP, day, "views", "", "")] = Sums(1)
    return tally


@pytest.mark.parametrize("seed", range(3))
async def test_reports_from_spans_are_those_from_days(store: Store, seed: int) -> None:
    dice, today = random.Random(seed), FIRST + 5
    for _ in range(120):
        await _say(store, _some(dice, range(max(FIRST, today - 9), today + 2)), today)
        while dice.random() < 0.7 and await _roll(store, today):
            pass
        if today > FIRST + 90 and dice.random() < 0.5:
            await _drop_oldest(store)
        today += dice.choice((0, 1, 1, 2, 2))
        await _agree(store, dice, today, 1)
    while await _roll(store, today):
        pass
    await _agree(store, dice, today)
    spans = await store.read("SELECT length, count(*) FROM counts_span WHERE dimension = '' GROUP BY length ORDER BY 1")
    assert [length for length, _ in spans] == sorted(LENGTHS), "nothing was compared"
    assert not await store.read("SELECT 1 FROM counts_span WHERE n <= 0 AND dimension <> ''")


async def test_whoever_adds_up_waits_for_whoever_counts_late(opening: Opening, postgres_url: str) -> None:
    dice, today = random.Random(7), FIRST + 20
    counting, rolling = [await opening(postgres_url) for _ in range(2)]
    await _say(counting, _some(dice, range(FIRST, today)), today)
    late, others = _some(dice, range(FIRST, FIRST + 8)), set[asyncio.Task[bool]]()

    async def count(said: Transaction) -> None:
        await said.add_cells(late.items())
        await said.add_late(late.items(), today)
        others.add(asyncio.create_task(_roll(rolling, today)))
        while not await said._fetch("SELECT 1 FROM pg_locks WHERE NOT granted"):
            assert not any(other.done() for other in others), "it added up what was not committed"
            await asyncio.sleep(0)

    await asyncio.wait_for(counting.write(count), 30)
    assert await asyncio.wait_for(others.pop(), 30)
    await _agree(counting, dice, today, 20)


async def test_a_beacon_from_a_backlog_is_counted_into_a_span_that_is_closed(store: Store, clock: Clock) -> None:
    last = FIRST + 7
    early, late = Journal(clock=Clock(last * DAY_MS)), Journal(RELAY.__class__("relay-2", b"2" * 16))
    late.clock.now_ms = (last + 2) * DAY_MS - 60_000
    where = Surroundings(page="/a")
    early.seal(beacon(day=last, where=where))
    late.seal(beacon(day=last, where=where))
    clock.now_ms = last * DAY_MS
    aggregator = Aggregator(store, clock)
    await aggregator.commit(early.epoch, early.frames)
    clock.now_ms = (last + 1 + CLOSED_DAYS) * DAY_MS + 3_600_000
    while not await store.read("SELECT 1 FROM counts_span WHERE value = '/a'"):
        early.clock.now_ms = clock.now_ms
        early.seal(beacon(day=last + 1 + CLOSED_DAYS))
        await aggregator.commit(early.epoch, early.frames[-1:])
    await aggregator.commit(late.epoch, late.frames)
    assert await store.read("SELECT length, first_day, value, n FROM counts_span WHERE n > 0") == [(8, FIRST, "/a", 2)]
    report = await Reporter(store).traffic(SHOP, Days(FIRST, last))
    assert {b.dimension: b.rows for b in report.breakdowns}["page"] == (("/a", 2),)


async def test_a_day_that_is_dropped_leaves_its_spans(store: Store) -> None:
    one = {Cell(SHOP, day, "views", d, v): Sums(1) for day in (FIRST, FIRST + 1) for d, v in (("", ""), ("page", "/"))}
    gone = {Cell(SHOP, FIRST, "views", "page", "/once"): Sums(1)}
    await _say(store, one | gone, FIRST + 1)
    while await _roll(store, FIRST + 80):
        pass
    await _drop_oldest(store)
    held = await store.read("SELECT length, value, n FROM counts_span WHERE dimension <> '' ORDER BY length")
    assert held == [(8, "/", 1), (64, "/", 1)]


async def test_days_from_before_there_were_spans_are_added_up(opening: Opening, counts_url: str) -> None:
    store = await opening(counts_url)

    async def back(said: Transaction) -> None:
        await said._execute("UPDATE counts_schema SET steps = 1")
        await said._execute("DROP TABLE counts_span")

    await store.write(back)
    dice, today = random.Random(3), FIRST + 150
    cells = _some(dice, range(FIRST, today))

    async def old(said: Transaction) -> None:
        await said._execute("UPDATE counts_period SET current = current")
        await said.add_cells(cells.items())
        await migrate(said.client, said.dialect, STEPS)

    await store.write(old)
    await _agree(store, dice, today)
    while await _roll(store, today):
        await _agree(store, dice, today, 1)
