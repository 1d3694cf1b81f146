"""The aggregator of these tests answers as the real one does, and relays reach it over real gRPC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from grpc import aio

from ingest_grpc.wire.aggregation import AggregationClient, add_aggregation
from ingest_grpc.wire.frame import Epoch, Frame, Status, Watermark
from tests.aggregator.test_aggregator_replies import REPLIES
from tests.aggregator.traces import RELAY, Journal, beacon
from tests.relay.parts import NOON_MS, CountingAggregation, World, arrival, settled


def journal_of(count: int) -> list[Frame]:
    """Frames of one beacon each."""
    journal = Journal()
    for _ in range(count):
        journal.seal(beacon())
    return journal.frames


def mark(frames: Sequence[Frame], sequence: int) -> Watermark:
    """Where an epoch stands after so many frames."""
    return Watermark(sequence, frames[sequence - 1].hash) if sequence else Watermark()


@pytest.mark.parametrize(("before", "first", "last", "status", "stands"), REPLIES)
async def test_it_answers_frames_as_the_real_one(
    before: int, first: int, last: int, status: Status, stands: int
) -> None:
    aggregation, frames = CountingAggregation(), journal_of(6)
    if before:
        await aggregation.commit(RELAY, frames[:before])
    reply = await aggregation.commit(RELAY, frames[first - 1 : last])
    assert (reply.status, reply.watermark) == (status, mark(frames, stands))
    assert await aggregation.hello(RELAY, NOON_MS) == reply.watermark
    assert len(aggregation.counted) == stands


@pytest.mark.parametrize("first", [2, 3, 4])
async def test_it_tells_another_history_as_the_real_one(first: int) -> None:
    aggregation, frames, others = CountingAggregation(), journal_of(3), journal_of(5)
    await aggregation.commit(RELAY, frames)
    reply = await aggregation.commit(RELAY, others[first - 1 :])
    assert (reply.status, reply.watermark) == (Status.DIVERGED, mark(frames, 3))


async def test_it_keeps_epochs_apart_as_the_real_one() -> None:
    aggregation, frames = CountingAggregation(), journal_of(1)
    await aggregation.commit(RELAY, frames)
    assert await aggregation.hello(Epoch("relay-1", b"f" * 16), NOON_MS) == Watermark()


async def test_beacons_reach_an_aggregator_over_grpc_also_one_that_comes_back() -> None:
    world = World()
    server = aio.server()
    add_aggregation(server, world.aggregation)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        relay = world.relay(seams=replace(world.seams, aggregation=AggregationClient(channel)))
        await relay.start()
        await relay.receive(arrival())
        await settled(relay)
        world.aggregation.trouble = lambda calls: "after" if calls % 2 else "before"
        for _ in range(5):
            await relay.receive(arrival())
        world.aggregation.trouble = lambda _: ""
        await settled(relay)
        await relay.stop()
    await server.stop(None)
    assert (len(world.aggregation.counted), world.aggregation.duplicates) == (6, 0)
