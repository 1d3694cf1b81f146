"""The way from relays to aggregators: calls arrive late, never, twice or long afterwards, and so do answers.

May not know what a call says.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ingest_grpc.wire.frame import Epoch, Frame, Reply, Watermark
from ingest_grpc.wire.ports import Aggregation, UnavailableError
from tests.simulation.process import Happenings, Process

T = TypeVar("T")

REMEMBERED = 64
"""So many calls back a frame may come once more."""
SLOWEST_S = 45.0
"""Longer than a relay waits for an answer."""


@dataclass
class Server:
    """One aggregator that listens."""

    process: Process
    aggregation: Aggregation


@dataclass
class Net:
    """Every aggregator that listens, and what may happen on the way there."""

    dice: random.Random
    happenings: Happenings
    servers: list[Server] = field(default_factory=list)
    loses: float = 0.0
    """Share of calls that do not arrive, and of answers."""
    parted: set[str] = field(default_factory=set)
    """Relays that reach nobody."""
    said: deque[tuple[Epoch, tuple[Frame, ...]]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def repeat(self) -> None:
        """Let frames that were sent some time ago arrive once more; nobody waits for the answer."""
        if self.said:
            epoch, frames = self.dice.choice(self.said)
            few = self.dice.randint(1, len(frames))
            self.happenings.note("frame repeated", few)
            asyncio.get_running_loop().create_task(self._repeated(epoch, frames[:few]))

    async def _repeated(self, epoch: Epoch, frames: Sequence[Frame]) -> None:
        try:
            server = self.server()
            reply = await asyncio.wait_for(server.aggregation.commit(epoch, frames), 60)
            self.happenings.note(f"repeated: {reply.status.name}")
        except (UnavailableError, TimeoutError):
            return

    def server(self) -> Server:
        """Whoever listens; raises UnavailableError where nobody does."""
        listening = [server for server in self.servers if server.process.is_alive]
        if not listening:
            raise UnavailableError("nobody listens")
        return self.dice.choice(listening)


@dataclass
class Line:
    """Implements `wire.ports.Aggregation` for one relay."""

    net: Net
    relay: Process

    async def hello(self, epoch: Epoch, now_ms: int) -> Watermark:
        """As Aggregation's."""
        server = await self._arrive()
        return await self._answered(server, server.aggregation.hello(epoch, now_ms))

    async def commit(self, epoch: Epoch, frames: Sequence[Frame]) -> Reply:
        """As Aggregation's."""
        self.net.said.append((epoch, tuple(frames)))
        server = await self._arrive()
        reply = await self._answered(server, server.aggregation.commit(epoch, frames))
        self.net.happenings.note(reply.status.name)
        return reply

    async def _arrive(self) -> Server:
        await self.relay.call()
        net = self.net
        if self.relay.name in net.parted:
            await self.relay.pause(0.2)
            raise UnavailableError("no way there")
        if net.dice.random() < net.loses:
            net.happenings.note("call lost")
            await self.relay.pause(net.dice.choice((0.0, SLOWEST_S)))
            raise UnavailableError("the call was lost")
        return net.server()

    async def _answered(self, server: Server, call: Coroutine[object, object, T]) -> T:
        """The answer, if both live to give and hear it, and it is not lost on the way."""
        net = self.net
        # What has arrived goes on whether or not anybody still waits for it.
        answer = asyncio.ensure_future(call)
        died = asyncio.ensure_future(server.process.died.wait())
        await asyncio.wait((answer, died), return_when=asyncio.FIRST_COMPLETED)
        died.cancel()
        await self.relay.call()
        if not answer.done():
            raise UnavailableError("the aggregator is gone")
        if net.dice.random() < net.loses:
            net.happenings.note("answer lost")
            answer.exception()
            await self.relay.pause(net.dice.choice((0.0, SLOWEST_S)))
            raise UnavailableError("the answer was lost")
        return answer.result()
