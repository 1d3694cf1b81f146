"""A history to look at: two weeks of visits, replayed through a relay and an aggregator whose clock is the past's.

Both are the real ones, journal and database included. May not know settings or which database holds the present.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.artifact import Digest
from domain.plan import Plan
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.store import open_store
from ingest_grpc.relay.disk import FolderDisk
from ingest_grpc.relay.forward import Pace
from ingest_grpc.relay.relay import Relay, RelaySettings, Seams
from ingest_grpc.relay.rule_book import Read
from leadbright.demo.browser import Note, World, calendar
from leadbright.demo.couriers import into
from leadbright.demo.crowd import DAY, Crowd
from leadbright.demo.letters import Post

DAYS = 14
SETTLE_S = 30.0
MINUTE_MS = 60_000


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is turned, in minutes since 1970 UTC."""

    minute: int

    def turn(self, minute: int) -> None:
        """Set it."""
        self.minute = minute

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        return self.minute * MINUTE_MS


@asynccontextmanager
async def past_relay(counts_url: str, journal: Path, read: Read, clock: Clock) -> AsyncIterator[Relay]:
    """A relay and its aggregator in this process, by `clock`; at the end everything taken is counted.

    Raises TimeoutError where the aggregator does not keep up.
    """
    store = await open_store(counts_url)
    disk = FolderDisk(journal)
    try:
        aggregator = Aggregator(store, clock.now_ms)
        relay = Relay(
            Seams(disk=disk, aggregation=aggregator, read=read, clock=clock.now_ms, randomness=os.urandom),
            RelaySettings(name="replay", site_rate=None, source_rate=None, pace=Pace(gather_s=0.05)),
        )
        await relay.start()
        try:
            yield relay
            await _settle(relay)
        finally:
            await relay.stop()
    finally:
        disk.close()
        await store.close()


async def replay(
    crowd: Crowd,
    plan: Plan,
    digest: Digest,
    origin: str,
    relay: Relay,
    clock: Clock,
    a_day: int,
    note: Note,
    through: Callable[[Post], Post] = lambda post: post,
) -> None:
    """Let the last `DAYS` days up to the clock's minute go by, `a_day` newcomers a day, at `relay`.

    `through` may put something between crowd and relay, such as a network that loses answers.
    """
    last = clock.minute
    first = settled = last - DAYS * DAY

    async def turn(minute: int) -> None:
        nonlocal settled
        # An aggregator sets aside what is older than three days, so the clock may not run away from it.
        if minute - settled >= DAY:
            await _settle(relay)
            settled = minute
        clock.turn(minute)

    world = World(plan, digest, origin, calendar(plan.timezone), through(into(relay, plan.site, origin)), note)
    await crowd.relive(world, first, last, a_day, turn)
    await turn(last)
    async with asyncio.timeout(SETTLE_S):
        while not await crowd.settle(world, last):
            pass


async def _settle(relay: Relay) -> None:
    async with asyncio.timeout(SETTLE_S):
        await relay.settle()
