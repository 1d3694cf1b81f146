"""Several aggregators on one database at the same time: the same beacons by different ways are counted once."""

from __future__ import annotations

import asyncio
import random

import pytest

from domain.beacon import Admitted, Surroundings
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.constants import CAPS, PERIOD_MS
from ingest_grpc.aggregator.store import Store
from ingest_grpc.wire.frame import Epoch, Status
from tests.aggregator.traces import DAY, NOON_MS, Clock, Journal, Opening, beacon, books, cells, count_of

TOGETHER = 3
COMMITS = 15


@pytest.fixture
async def stores(opening: Opening, counts_url: str) -> list[Store]:
    """The same database, opened as by several processes."""
    return [await opening(counts_url) for _ in range(TOGETHER)]


async def _deliver(aggregator: Aggregator, relay: str, batches: list[list[Admitted]], clock: Clock) -> None:
    journal = Journal(Epoch(relay, relay.ljust(16).encode()), clock)
    for batch in batches:
        journal.seal(*batch)
        assert (await aggregator.commit(journal.epoch, journal.frames[-1:])).status is Status.OK


def _shuffled(batches: list[list[Admitted]], seed: int) -> list[list[Admitted]]:
    dice = random.Random(seed)
    return [dice.sample(batch, len(batch)) for batch in batches]


@pytest.mark.parametrize("apart_ms", [0, 1_000], ids=["one clock", "clocks on either side of a new period"])
async def test_every_beacon_through_all_of_them_at_once(stores: list[Store], apart_ms: int) -> None:
    boundary = (NOON_MS // PERIOD_MS + 1) * PERIOD_MS
    day = boundary // 86_400_000
    clocks = [Clock(boundary - 500 + index * apart_ms) for index in range(TOGETHER)]
    batches = [[beacon(day=day) for _ in range(40)] for _ in range(COMMITS)]
    await asyncio.gather(
        *(
            _deliver(Aggregator(store, clock), f"relay-{index}", _shuffled(batches, index), clock)
            for index, (store, clock) in enumerate(zip(stores, clocks, strict=True))
        )
    )
    assert await count_of(stores[0], "views", day=day) == 40 * COMMITS
    pages = (await books(stores[0])).values()
    assert sum(page.counted for page in pages) == 40 * COMMITS
    assert sum(page.duplicate for page in pages) == 40 * COMMITS * (TOGETHER - 1)


async def test_a_cap_holds_for_all_of_them_together(stores: list[Store], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CAPS, "page", 10)
    clock = Clock()
    await asyncio.gather(
        *(
            _deliver(
                Aggregator(store, clock),
                f"relay-{index}",
                [[beacon(where=Surroundings(page=f"/{index}/{n}"))] for n in range(COMMITS)],
                clock,
            )
            for index, store in enumerate(stores)
        )
    )
    views = {cell.value: sums.n for cell, sums in (await cells(stores[0])).items() if cell.dimension == "page"}
    assert (len(views), sum(views.values())) == (11, TOGETHER * COMMITS)


async def test_one_epoch_through_all_of_them_at_once(stores: list[Store]) -> None:
    """A relay that was cut off asks another aggregator while the first is still at it."""
    journal = Journal()
    for _ in range(COMMITS):
        journal.seal(beacon(), beacon())
    replies = await asyncio.gather(
        *(Aggregator(store, Clock()).commit(journal.epoch, journal.frames) for store in stores)
    )
    assert sorted(reply.status.name for reply in replies) == ["DUPLICATE"] * (TOGETHER - 1) + ["OK"]
    assert await count_of(stores[0], "views", day=DAY) == 2 * COMMITS
