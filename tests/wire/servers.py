"""Servers with an answer for everything, for tests of the clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from grpc import aio

from domain.health import HealthCounts
from domain.names import RunName, SiteKey
from domain.report import Days, ExperimentCounts, LiveCounts, TrafficCounts
from ingest_grpc.wire.aggregation import add_aggregation
from ingest_grpc.wire.channel import open_channel
from ingest_grpc.wire.frame import Epoch, Frame, Reply, Watermark
from ingest_grpc.wire.report import Reports, add_reports

NO_HEALTH = HealthCounts()


@dataclass
class Answering:
    """An aggregation that remembers what it was asked and answers what it is told to."""

    answer: Callable[[], Awaitable[Watermark | Reply]]
    asked: list[object] = field(default_factory=list)

    async def hello(self, epoch: Epoch, now_ms: int) -> Watermark:
        """The answer."""
        self.asked.append((epoch, now_ms))
        answer = await self.answer()
        assert isinstance(answer, Watermark)
        return answer

    async def commit(self, epoch: Epoch, frames: Sequence[Frame]) -> Reply:
        """The answer."""
        self.asked.append((epoch, list(frames)))
        answer = await self.answer()
        assert isinstance(answer, Reply)
        return answer


@dataclass
class Counted:
    """Reports with one answer each."""

    experiment_counts: ExperimentCounts
    traffic_counts: TrafficCounts
    live_counts: Sequence[LiveCounts]
    health_counts: HealthCounts = NO_HEALTH
    asked: list[object] = field(default_factory=list)

    async def experiment(self, site: SiteKey, run: RunName, days: Days) -> ExperimentCounts:
        """The answer."""
        self.asked.append((site, run, days))
        return self.experiment_counts

    async def traffic(self, site: SiteKey, days: Days) -> TrafficCounts:
        """The answer."""
        self.asked.append((site, days))
        return self.traffic_counts

    async def health(self, site: SiteKey, days: Days) -> HealthCounts:
        """The answer."""
        self.asked.append((site, days))
        return self.health_counts

    async def live(self, site: SiteKey) -> AsyncIterator[LiveCounts]:
        """The answers."""
        self.asked.append(site)
        for counts in self.live_counts:
            yield counts


@asynccontextmanager
async def serving(aggregation: Answering | None = None, reports: Reports | None = None) -> AsyncIterator[str]:
    """A server on a free port; its address."""
    server = aio.server()
    if aggregation is not None:
        add_aggregation(server, aggregation)
    if reports is not None:
        add_reports(server, reports)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


@asynccontextmanager
async def channel_to(
    aggregation: Answering | None = None, reports: Reports | None = None
) -> AsyncIterator[aio.Channel]:
    """A channel to a server of its own."""
    async with serving(aggregation, reports) as address, open_channel([address]) as channel:
        yield channel
