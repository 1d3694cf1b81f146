"""Live counts: what any aggregator commits is told once to whoever looks, wherever they look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from domain.beacon import Admitted, Converted, Standing
from domain.names import GoalKey, RunName, VariationKey
from domain.report import LiveCounts
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.live import listen
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.store import Store
from ingest_grpc.wire.frame import Epoch
from ingest_grpc.wire.ports import UnavailableError
from tests.aggregator.traces import DAY, SHOP, Clock, Journal, Opening, beacon, landing

SOON_S = 20


@pytest.fixture
async def stores(opening: Opening, counts_url: str) -> list[Store]:
    """The same database, opened as by two processes."""
    return [await opening(counts_url) for _ in range(2)]


class Relay:
    """Commits to one aggregator."""

    def __init__(self, store: Store, name: str) -> None:
        self._aggregator = Aggregator(store, Clock())
        self._journal = Journal(Epoch(name, name.ljust(16).encode()))

    async def count(self, *beacons: Admitted) -> None:
        """One commit."""
        self._journal.seal(*beacons)
        await self._aggregator.commit(self._journal.epoch, self._journal.frames[-1:])


class Ear:
    """Hears a site from now on."""

    def __init__(self, stream: AsyncIterator[LiveCounts]) -> None:
        self.stream = stream
        self.heard: list[LiveCounts] = []

    async def until(self, sums: Sequence[int]) -> None:
        """Until so much was heard in all, and never more of anything."""
        async with asyncio.timeout(SOON_S):
            while self.total() != tuple(sums):
                self.heard.append(await anext(self.stream))
                assert all(is_now <= may for is_now, may in zip(self.total(), sums, strict=True))

    def total(self) -> tuple[int, ...]:
        """What was heard, added up."""
        counts = ((c.visitors, c.views, c.exposures, c.conversions) for c in self.heard)
        return tuple(map(sum, zip((0, 0, 0, 0), *counts, strict=True)))


@asynccontextmanager
async def hearing(store: Store, look_s: float) -> AsyncIterator[Ear]:
    """An ear that has begun to listen: whatever is committed from here on is new to it."""
    began = asyncio.Event()

    async def read(sql: str, arguments: Sequence[object]) -> list[tuple[object, ...]]:
        rows = await store.read(sql, arguments)
        if "visitors" in sql:
            began.set()
        return rows

    stream = listen(read, store.live, SHOP, look_s)
    ear = Ear(stream)
    first = asyncio.ensure_future(anext(stream))
    await asyncio.wait_for(began.wait(), SOON_S)

    async def all_of_them() -> AsyncIterator[LiveCounts]:
        with suppress(StopAsyncIteration):
            yield await first
        async for counts in stream:
            yield counts

    ear.stream = all_of_them()
    try:
        yield ear
    finally:
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await stream.aclose()


async def test_what_another_aggregator_commits_is_told(stores: list[Store]) -> None:
    here, there = stores
    await Relay(there, "before").count(landing(), landing())
    async with hearing(here, look_s=0.02) as ear:
        await Relay(there, "relay-1").count(landing(), beacon(), beacon(site="blog"))
        await ear.until((1, 2, 1, 0))


async def test_commits_of_several_aggregators_are_each_told_once_to_each_listener(stores: list[Store]) -> None:
    relays = [Relay(store, f"relay-{index}") for index, store in enumerate(stores)]
    async with hearing(stores[0], 0.01) as one, hearing(stores[1], 0.01) as other:

        async def deliver(relay: Relay) -> None:
            for _ in range(15):
                await relay.count(landing(), beacon(), beacon(day=DAY - 1), beacon(day=DAY + 1))

        await asyncio.gather(*map(deliver, relays), one.until((30, 120, 30, 0)), other.until((30, 120, 30, 0)))


async def test_a_commit_of_this_process_is_heard_at_once(store: Store) -> None:
    async with hearing(store, look_s=3_600.0) as ear:
        await Relay(store, "relay-1").count(landing())
        await ear.until((1, 1, 1, 0))


async def test_several_commits_may_be_told_as_one(store: Store) -> None:
    relay = Relay(store, "relay-1")
    async with hearing(store, look_s=3_600.0) as ear:
        await relay.count(landing())
        await relay.count(landing())
        await relay.count(beacon())
        await ear.until((2, 3, 2, 0))


async def test_a_conversion_is_told_once_however_many_experiments_it_stands_in(store: Store) -> None:
    standings = tuple(Standing(RunName(e), VariationKey("bold"), 0, 0) for e in ("hero", "price"))
    bought = Converted(GoalKey("purchase"), 0, 0, standings, 4_999)
    async with hearing(store, look_s=3_600.0) as ear:
        await Relay(store, "relay-1").count(beacon(bought), beacon(bought, site="blog"))
        await ear.until((0, 0, 0, 1))


async def test_a_restored_database_is_counted_from_where_it_stands(store: Store) -> None:
    relay = Relay(store, "relay-1")
    await relay.count(landing(), landing(), landing())
    async with hearing(store, look_s=0.01) as ear:
        await store.write(lambda said: said._execute("DELETE FROM counts_cell"))
        # Until it is noticed nothing may be told: a sum that is smaller is no addition.
        await relay.count(landing())
        await relay.count(*(landing() for _ in range(9)))
        async with asyncio.timeout(SOON_S):
            heard = await anext(ear.stream)
        assert 0 < heard.visitors <= 10


async def test_a_store_that_closes_ends_the_stream_and_a_broken_one_says_so(opening: Opening, counts_url: str) -> None:
    store = await opening(counts_url)
    async with hearing(store, look_s=3_600.0) as ear:
        await store.close()
        assert [counts async for counts in ear.stream] == []
    with pytest.raises(UnavailableError):
        await anext(aiter(Reporter(store).live(SHOP)))
