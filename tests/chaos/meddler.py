"""Stands between relays and aggregator: loses calls and answers, and lets frames arrive again, late and out of order.

May not know what frames say.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from grpc import aio

from ingest_grpc.wire.aggregation import AggregationClient, add_aggregation
from ingest_grpc.wire.channel import OPTIONS, open_channel
from ingest_grpc.wire.frame import Epoch, Frame, Reply, Status, Watermark
from ingest_grpc.wire.ports import Aggregation, UnavailableError

REORDERED_WITHIN = 64


@dataclass
class Meddler:
    """Implements `wire.ports.Aggregation` on another one."""

    behind: Aggregation
    dice: random.Random
    loses: float = 0.02
    again: int = 0
    """Each call arrives up to so many times more."""
    replies: Counter[Status] = field(default_factory=Counter)
    offered_again: int = 0
    """Beacons in frames that came once more."""
    lost: int = 0
    recent: deque[tuple[Epoch, tuple[Frame, ...]]] = field(default_factory=lambda: deque(maxlen=REORDERED_WITHIN))
    _later: set[asyncio.Task[None]] = field(default_factory=set)

    async def hello(self, epoch: Epoch, now_ms: int) -> Watermark:
        """As Aggregation's."""
        self._stumble()
        return await self.behind.hello(epoch, now_ms)

    async def commit(self, epoch: Epoch, frames: Sequence[Frame]) -> Reply:
        """As Aggregation's."""
        self._stumble()
        self.recent.append((epoch, tuple(frames)))
        for _ in range(self.dice.randint(0, self.again)):
            task = asyncio.create_task(self._once_more())
            self._later.add(task)
            task.add_done_callback(self._later.discard)
        reply = await self.behind.commit(epoch, frames)
        self.replies[reply.status] += 1
        self._stumble()
        return reply

    async def _once_more(self) -> None:
        epoch, frames = self.dice.choice(self.recent)
        await asyncio.sleep(self.dice.uniform(0, 0.5))
        try:
            reply = await self.behind.commit(epoch, frames)
        except UnavailableError:
            return
        self.replies[reply.status] += 1
        if reply.status is Status.DUPLICATE:
            self.offered_again += sum(frame.beacons for frame in frames)

    def _stumble(self) -> None:
        if self.dice.random() < self.loses / 2:
            self.lost += 1
            raise UnavailableError("lost on the way")


@asynccontextmanager
async def meddling(address: str, dice: random.Random, again: int) -> AsyncIterator[tuple[Meddler, str]]:
    """A meddler in front of the aggregator at an address, and the address where relays find it."""
    async with open_channel([address]) as channel:
        meddler = Meddler(AggregationClient(channel), dice, again=again)
        server = aio.server(options=OPTIONS)
        add_aggregation(server, meddler)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            yield meddler, f"127.0.0.1:{port}"
        finally:
            await server.stop(1)
