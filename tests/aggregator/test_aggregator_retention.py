"""Days older than they may be are dropped, little by little, and their totals stay in their year."""

from __future__ import annotations

from domain.beacon import Surroundings
from domain.tally import Cell, Sums
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.constants import DAY_MS, KEEP_DAYS
from ingest_grpc.aggregator.retention import year_day
from ingest_grpc.aggregator.store import Store
from ingest_grpc.aggregator.transaction import YEARS
from tests.aggregator.traces import DAY, RELAY, SHOP, Clock, Journal, beacon, cells, landing

GERMANY = Surroundings(country="DE", page="/old")


async def _count(aggregator: Aggregator, journal: Journal, *beacons: object) -> None:
    journal.seal(*beacons)  # type: ignore[arg-type]
    await aggregator.commit(RELAY, journal.frames[-1:])


async def _until_swept(aggregator: Aggregator, journal: Journal, commits: int = 12) -> None:
    for _ in range(commits):
        await _count(aggregator, journal, beacon(day=journal.clock.now_ms // DAY_MS))


async def test_old_days_become_years(store: Store, clock: Clock) -> None:
    aggregator, journal = Aggregator(store, clock), Journal(clock=clock)
    await _count(aggregator, journal, landing(where=GERMANY), landing(where=GERMANY))
    before = await cells(store)
    clock.now_ms += DAY_MS
    await _count(aggregator, journal, beacon(day=DAY + 1, where=GERMANY))
    clock.now_ms += KEEP_DAYS * DAY_MS
    await _until_swept(aggregator, journal)
    after = await cells(store)
    old = {cell: sums for cell, sums in after.items() if cell.day <= DAY + 1 and cell.dimension != YEARS}
    assert set(old) == {Cell(SHOP, DAY + 1, "views", dimension, value) for dimension, value in _where()}
    years = {cell.what: sums for cell, sums in after.items() if cell.dimension == YEARS}
    assert years == {cell.what: sums for cell, sums in before.items() if cell.dimension == ""}
    assert {cell.day for cell in after if cell.dimension == YEARS} == {year_day(DAY)}


def _where() -> list[tuple[str, str]]:
    return [("", ""), ("country", "DE"), ("page", "/old")]


async def test_several_days_add_up_in_their_year(store: Store, clock: Clock) -> None:
    aggregator, journal = Aggregator(store, clock), Journal(clock=clock)
    for day in range(DAY, DAY + 4):
        await _count(aggregator, journal, beacon(day=day), beacon(day=day, site="blog"))
        clock.now_ms += DAY_MS
    clock.now_ms += KEEP_DAYS * DAY_MS
    await _until_swept(aggregator, journal, 20)
    found = await cells(store)
    for site in (SHOP, "blog"):
        assert found[Cell(site, year_day(DAY), "views", YEARS, "")] == Sums(4)  # type: ignore[arg-type]
        assert not [cell for cell in found if cell.site == site and DAY <= cell.day < DAY + 4]


async def test_what_may_be_kept_is_kept(store: Store, clock: Clock) -> None:
    aggregator, journal = Aggregator(store, clock, keep_days=30), Journal(clock=clock)
    await _count(aggregator, journal, landing())
    before = await cells(store)
    clock.now_ms += 30 * DAY_MS
    await _until_swept(aggregator, journal, 4)
    assert before.items() <= (await cells(store)).items()
