"""The server over real gRPC: calls that are given up, health, reflection, live counts, and an orderly end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc  # type: ignore[import-untyped]

from ingest_grpc.aggregator import server as module
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.server import SERVICES, Server, start_server
from ingest_grpc.aggregator.store import Store
from ingest_grpc.wire.aggregation import AggregationClient
from ingest_grpc.wire.channel import open_channel
from ingest_grpc.wire.frame import Status
from ingest_grpc.wire.leadbright.v1 import aggregation_pb2 as pb
from ingest_grpc.wire.leadbright.v1 import aggregation_pb2_grpc as rpc
from ingest_grpc.wire.report import ReportClient
from tests.aggregator.traces import NOON_MS, RELAY, SHOP, Journal, beacon, books, count_of, landing

SOON_S = 10


@pytest.fixture
async def server(store: Store, aggregator: Aggregator, reporter: Reporter) -> AsyncIterator[Server]:
    """A server on a free port."""
    started = await start_server(aggregator, reporter, "127.0.0.1:0", store.ready)
    yield started
    await started.stop(grace_s=1)


@pytest.fixture
async def channel(server: Server) -> AsyncIterator[aio.Channel]:
    """A channel to it."""
    async with open_channel([f"127.0.0.1:{server.port}"]) as opened:
        yield opened


def _request(journal: Journal, sequence: int) -> pb.CommitRequest:
    frame = journal.frames[sequence - 1]
    sealed = pb.Frame(
        sequence=frame.sequence,
        sealed_ms=frame.sealed_ms,
        previous_hash=frame.previous_hash,
        beacons=frame.beacons,
        payload=frame.payload or b"",
    )
    return pb.CommitRequest(epoch=pb.Epoch(relay=journal.epoch.relay, id=journal.epoch.id), frames=[sealed])


async def test_three_hundred_calls_given_up_at_any_moment_leave_it_answering(
    store: Store, channel: aio.Channel
) -> None:
    """A transaction cancelled while it begins would keep the database for ever; each call is given up here."""
    dice = random.Random(3)
    journal = Journal()
    for _ in range(300):
        journal.seal(beacon())
    stub: rpc.AggregationServiceAsyncStub = rpc.AggregationServiceStub(channel)
    client = AggregationClient(channel)
    stands = cancelled = 0
    for _ in range(300):
        call = stub.Commit(_request(journal, stands + 1))
        await asyncio.sleep(dice.uniform(0, 0.004))
        cancelled += call.cancel()
        await asyncio.wait({asyncio.ensure_future(_end(call))})
        stands = (await asyncio.wait_for(client.hello(RELAY, NOON_MS), SOON_S)).sequence
        if stands == len(journal.frames):
            break
    reply = await asyncio.wait_for(client.commit(RELAY, journal.frames[stands:] or journal.frames[-1:]), SOON_S)
    assert reply.status in (Status.OK, Status.DUPLICATE)
    assert cancelled >= 30
    assert await count_of(store, "views") == 300
    assert [page.counted for page in (await books(store)).values()] == [300]


async def _end(call: aio.UnaryUnaryCall[pb.CommitRequest, pb.CommitResponse]) -> None:
    try:
        await call
    except (asyncio.CancelledError, aio.AioRpcError):
        return


async def test_health_follows_the_database(
    aggregator: Aggregator, reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEALTH_PERIOD_S", 0.01)
    answers = True

    async def ready() -> bool:
        return answers

    server = await start_server(aggregator, reporter, "127.0.0.1:0", ready)
    async with open_channel([f"127.0.0.1:{server.port}"]) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)  # no stubs for the aio side
        heard = []
        async for news in stub.Watch(health_pb2.HealthCheckRequest(service=SERVICES[0]), timeout=SOON_S):
            heard.append(news.status)
            answers = len(heard) == 2
            if len(heard) == 3:
                break
        await server.stop(grace_s=0)
    serving, away = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
    assert heard == [serving, away, serving]


async def test_every_service_has_health(channel: aio.Channel) -> None:
    stub: Any = health_pb2_grpc.HealthStub(channel)  # no stubs for the aio side
    for name in ("", *SERVICES):
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=SOON_S)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_reflection_lists_every_service(channel: aio.Channel) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    async for answer in stub.ServerReflectionInfo(iter([request]), timeout=SOON_S):
        names = {service.name for service in answer.list_services_response.service}
        assert names >= {*SERVICES, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}


async def test_a_taken_address_is_an_os_error(aggregator: Aggregator, reporter: Reporter, server: Server) -> None:
    with pytest.raises(OSError, match="cannot serve at"):
        await start_server(aggregator, reporter, f"127.0.0.1:{server.port}", aggregator_is_ready)


async def aggregator_is_ready() -> bool:
    """Whatever the database says."""
    return True


async def test_live_counts_arrive_over_grpc_as_they_are_committed(
    store: Store, aggregator: Aggregator, channel: aio.Channel
) -> None:
    live = ReportClient(channel).live(SHOP)
    hearing = asyncio.ensure_future(anext(live))
    journal = Journal()
    while not hearing.done():
        # The first commits may come before the stream has begun.
        journal.seal(landing(), landing(), beacon(site="blog"))
        await aggregator.commit(journal.epoch, journal.frames[-1:])
        await asyncio.wait({hearing}, timeout=0.05)
    heard = await hearing
    assert heard.visitors == heard.views == heard.exposures >= 2
    assert heard.conversions == 0


async def test_a_stopped_server_ends_live_streams(store: Store, server: Server, channel: aio.Channel) -> None:
    live = ReportClient(channel).live(SHOP)
    hearing = asyncio.ensure_future(anext(live, None))
    await asyncio.sleep(0)
    store.live.close()
    assert await asyncio.wait_for(hearing, SOON_S) is None
