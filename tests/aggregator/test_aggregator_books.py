"""Books by the hour become books by the day: nothing of them is lost, whoever adds to them meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from operator import add

import pytest

from domain.names import SiteKey
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.books import UNKNOWN_SITE, Book, Books
from ingest_grpc.aggregator.constants import BOOK_DAYS, DAY_MS
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.store import Store
from ingest_grpc.aggregator.transaction import Transaction
from tests.aggregator.traces import DAY, RELAY, SHOP, Clock, Journal, Opening, balanced, beacon, books

SITES = (SHOP, SiteKey("blog"), UNKNOWN_SITE)
LIMIT = DAY * 24


def _some(dice: random.Random, first: int, last: int) -> Books:
    rows = {}
    for _ in range(60):
        outcomes = [dice.randint(0, 9) for _ in range(5)]
        rows[(dice.choice(SITES), dice.randint(first, last))] = Book(sum(outcomes), *outcomes)
    return rows


async def _add(store: Store, rows: Books) -> None:
    async def work(said: Transaction) -> None:
        await said._execute("UPDATE counts_period SET current = current")
        await said.add_books(rows)

    await store.write(work)


async def _roll(store: Store, site: SiteKey) -> bool:
    async def work(said: Transaction) -> bool:
        await said._execute("UPDATE counts_period SET current = current")
        _, hour = await said.oldest(site, LIMIT)
        if hour is not None:
            await said.roll_books(site, hour, LIMIT)
        return hour is not None

    return await store.write(work)


def _by_day(rows: dict[tuple[str, int], Book]) -> dict[tuple[str, int], Book]:
    days: dict[tuple[str, int], Book] = defaultdict(lambda: Book(0, 0, 0, 0, 0, 0))
    for (site, hour), page in rows.items():
        days[site, hour // 24] = Book(*map(add, days[site, hour // 24], page))
    return dict(days)


async def test_days_are_the_sums_of_their_hours(store: Store) -> None:
    dice = random.Random(5)
    await _add(store, _some(dice, LIMIT - 100 * 24, LIMIT + 40))
    await _add(store, _some(dice, LIMIT - 30, LIMIT + 40))
    before, total = await books(store), await Reporter(store).total_book()
    for site in SITES:
        while await _roll(store, site):
            assert _by_day(await books(store)) == _by_day(before)
    after = await books(store)
    assert {key: page for key, page in after.items() if key[1] >= LIMIT} == {
        key: page for key, page in before.items() if key[1] >= LIMIT
    }
    assert all(hour % 24 == 0 for _, hour in after if hour < LIMIT)
    assert len(after) < len(before)
    assert balanced(after.values())
    assert await Reporter(store).total_book() == total


async def test_an_hour_that_is_added_to_meanwhile_is_not_lost(opening: Opening, postgres_url: str) -> None:
    adding, rolling = [await opening(postgres_url) for _ in range(2)]
    hour, one = LIMIT - 5, Book(1, 1, 0, 0, 0, 0)
    await _add(adding, {(SHOP, hour): one})
    others = set[asyncio.Task[bool]]()

    async def work(said: Transaction) -> None:
        await said.add_books({(SHOP, hour): one})
        others.add(asyncio.create_task(_roll(rolling, SHOP)))
        while not await said._fetch("SELECT 1 FROM pg_locks WHERE NOT granted"):
            assert not any(other.done() for other in others), "it did not wait"
            await asyncio.sleep(0)

    await asyncio.wait_for(adding.write(work), 30)
    assert await asyncio.wait_for(others.pop(), 30)
    assert await books(adding) == {(SHOP, hour - hour % 24): Book(2, 2, 0, 0, 0, 0)}


async def test_two_that_turn_hours_into_days_at_once_do_it_once(opening: Opening, counts_url: str) -> None:
    stores = [await opening(counts_url) for _ in range(2)]
    await _add(stores[0], _some(random.Random(8), LIMIT - 100 * 24, LIMIT - 1))
    before = await books(stores[0])
    for site in SITES * 5:
        await asyncio.gather(*(_roll(store, site) for store in stores))
    after = await books(stores[0])
    assert _by_day(after) == _by_day(before)
    assert all(hour % 24 == 0 for _, hour in after)


@pytest.mark.parametrize("site", [SHOP, UNKNOWN_SITE])
async def test_commits_do_it_little_by_little(store: Store, clock: Clock, site: SiteKey) -> None:
    aggregator, journal = Aggregator(store, clock), Journal(clock=clock)
    one = Book(1, 1, 0, 0, 0, 0)
    await _add(store, {(site, DAY * 24 + hour): one for hour in range(24)})
    clock.now_ms += (BOOK_DAYS + 1) * DAY_MS
    for _ in range(12):
        journal.seal(beacon(day=clock.now_ms // DAY_MS))
        await aggregator.commit(RELAY, journal.frames[-1:])
    found = {hour: page for (of, hour), page in (await books(store)).items() if of == site and hour < DAY * 24 + 24}
    assert found == {DAY * 24: Book(24, 24, 0, 0, 0, 0)}
