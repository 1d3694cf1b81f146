"""A beacon is counted once, by whatever way and however often it comes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest_grpc.aggregator.aggregator import FORGET_AT_ONCE, Aggregator
from ingest_grpc.aggregator.constants import HOUR_MS, LIVE_PERIODS, NONCE_MS, PERIOD_MS
from ingest_grpc.aggregator.store import Store
from ingest_grpc.wire.frame import Epoch, Status
from tests.aggregator.traces import DAY, NOON_MS, RELAY, SHOP, Clock, Journal, Opening, beacon, books, count_of, nonce

OTHER_EPOCH = Epoch("relay-1", b"f" * 16)
OTHER_RELAY = Epoch("relay-2", b"g" * 16)


async def _commit(aggregator: Aggregator, journal: Journal) -> None:
    reply = await aggregator.commit(journal.epoch, journal.frames)
    assert reply.status is Status.OK


async def test_twice_within_a_frame(aggregator: Aggregator, store: Store) -> None:
    same, journal = beacon(), Journal()
    journal.seal(same, beacon(), same)
    await _commit(aggregator, journal)
    assert await count_of(store, "views") == 2


async def test_twice_within_a_call(aggregator: Aggregator, store: Store) -> None:
    same, journal = beacon(), Journal()
    journal.seal(same)
    journal.seal(beacon(), same)
    await _commit(aggregator, journal)
    assert await count_of(store, "views") == 2


@pytest.mark.parametrize("epoch", [OTHER_EPOCH, OTHER_RELAY], ids=["after a restart", "by another relay"])
async def test_once_more_later(aggregator: Aggregator, store: Store, epoch: Epoch) -> None:
    same = beacon()
    for journal in (Journal(RELAY), Journal(epoch)):
        journal.seal(same, beacon())
        await _commit(aggregator, journal)
    assert await count_of(store, "views") == 3


async def test_a_repeat_is_recognised_by_its_nonce_whatever_else_was_made_of_it(
    aggregator: Aggregator, store: Store
) -> None:
    """Another relay may have replaced a skewed day, or know another country."""
    same = beacon()
    first, second = Journal(RELAY), Journal(OTHER_RELAY)
    first.seal(same)
    second.seal(replace(same, day=DAY - 1))
    await _commit(aggregator, first)
    await _commit(aggregator, second)
    assert (await count_of(store, "views"), await count_of(store, "views", day=DAY - 1)) == (1, 0)


async def test_the_same_nonce_on_two_sites_is_two_beacons(aggregator: Aggregator, store: Store) -> None:
    key, journal = nonce(), Journal()
    journal.seal(beacon(key=key), beacon(key=key, site="blog"))
    await _commit(aggregator, journal)
    pages = await books(store)
    assert {site: page.counted for (site, _), page in pages.items()} == {SHOP: 1, "blog": 1}


@pytest.mark.parametrize("hours", range(0, NONCE_MS // HOUR_MS + 1, 12))
async def test_a_repeat_is_recognised_for_as_long_as_one_can_come(
    aggregator: Aggregator, store: Store, clock: Clock, hours: int
) -> None:
    """Whenever within a period the first came; the beacon's own day is kept near for the sake of the test."""
    same = beacon()
    first = Journal(RELAY, clock)
    first.seal(same)
    await _commit(aggregator, first)
    clock.now_ms += hours * HOUR_MS
    second = Journal(OTHER_RELAY, clock)
    second.seal(replace(same, day=DAY + hours // 24))
    await _commit(aggregator, second)
    assert sum(page.counted for page in (await books(store)).values()) == 1


async def test_a_period_never_goes_back_with_the_clock(aggregator: Aggregator, store: Store, clock: Clock) -> None:
    same = beacon()
    for step, epoch in ((0, RELAY), (-2 * PERIOD_MS, OTHER_EPOCH), (PERIOD_MS, OTHER_RELAY)):
        clock.now_ms = NOON_MS + step
        journal = Journal(epoch, clock)
        journal.seal(replace(same, day=DAY + step // (24 * HOUR_MS)))
        await _commit(aggregator, journal)
    assert sum(page.counted for page in (await books(store)).values()) == 1


async def _periods(store: Store) -> list[int]:
    return [row[0] for row in await store.read("SELECT DISTINCT period FROM counts_nonce ORDER BY period")]


async def test_nonces_are_dropped_once_they_can_no_longer_matter(
    aggregator: Aggregator, store: Store, clock: Clock
) -> None:
    began = clock.now_ms // PERIOD_MS
    for index in range(6):
        clock.now_ms = NOON_MS + index * PERIOD_MS
        journal = Journal(Epoch("relay-1", bytes([index]) * 16), clock)
        journal.seal(beacon(day=clock.now_ms // (24 * HOUR_MS)))
        await _commit(aggregator, journal)
        assert len(await _periods(store)) <= LIVE_PERIODS
    assert await _periods(store) == [began + 3, began + 4, began + 5]


async def test_many_old_nonces_are_dropped_over_several_commits(opening: Opening, sqlite_url: str) -> None:
    clock = Clock()
    store = await opening(sqlite_url)
    aggregator = Aggregator(store, clock)
    journal = Journal(RELAY, clock)
    journal.seal(*(beacon() for _ in range(FORGET_AT_ONCE + 10)))
    await _commit(aggregator, journal)
    clock.now_ms += LIVE_PERIODS * PERIOD_MS
    left = []
    for _ in range(3):
        journal = Journal(Epoch("relay-1", nonce()), clock)
        journal.seal(beacon(day=clock.now_ms // (24 * HOUR_MS)))
        await _commit(aggregator, journal)
        left.append((await store.read("SELECT count(*) FROM counts_nonce"))[0][0])
    assert left == [11, 2, 3]
