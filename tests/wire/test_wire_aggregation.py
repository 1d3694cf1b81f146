"""Frames over real gRPC: what is asked arrives, every answer comes back, and whatever fails is told apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import grpc
import pytest
from grpc import aio

from ingest_grpc.wire import aggregation
from ingest_grpc.wire.aggregation import AggregationClient
from ingest_grpc.wire.channel import open_channel, target
from ingest_grpc.wire.frame import Epoch, Frame, Reply, Status, Watermark, seal
from ingest_grpc.wire.leadbright.v1 import aggregation_pb2 as pb
from ingest_grpc.wire.leadbright.v1 import aggregation_pb2_grpc as rpc
from ingest_grpc.wire.ports import RefusedError, UnavailableError
from tests.wire.servers import Answering, channel_to, serving

EPOCH = Epoch("relay-1", b"e" * 16)
MARK = Watermark(7, b"12345678")
FIRST = seal(1, 1_700_000_000_000, b"", 3, b"payload")
TOMBSTONE = Frame(2, 1_700_000_000_001, FIRST.hash, 4, None, b"tombston")


def _say(answer: Watermark | Reply) -> Callable[[], Awaitable[Watermark | Reply]]:
    async def said() -> Watermark | Reply:
        return answer

    return said


def _fail(error: Exception) -> Callable[[], Awaitable[Watermark | Reply]]:
    async def failed() -> Watermark | Reply:
        raise error

    return failed


@asynccontextmanager
async def _client(answering: Answering) -> AsyncIterator[AggregationClient]:
    async with channel_to(answering) as channel:
        yield AggregationClient(channel)


async def test_hello_arrives_and_is_answered() -> None:
    answering = Answering(_say(MARK))
    async with _client(answering) as client:
        assert await client.hello(EPOCH, 123) == MARK
    assert answering.asked == [(EPOCH, 123)]


@pytest.mark.parametrize("status", Status)
async def test_frames_arrive_and_every_status_comes_back(status: Status) -> None:
    answering = Answering(_say(Reply(status, MARK)))
    async with _client(answering) as client:
        assert await client.commit(EPOCH, [FIRST, TOMBSTONE]) == Reply(status, MARK)
    assert answering.asked == [(EPOCH, [FIRST, TOMBSTONE])]


async def test_an_outage_is_unavailable() -> None:
    async with _client(Answering(_fail(UnavailableError("the database is away")))) as client:
        with pytest.raises(UnavailableError, match="the database is away"):
            await client.commit(EPOCH, [FIRST])


async def test_a_bug_is_unavailable_too() -> None:
    async with _client(Answering(_fail(ZeroDivisionError()))) as client:
        with pytest.raises(UnavailableError):
            await client.commit(EPOCH, [FIRST])


async def test_a_refusal_names_its_field() -> None:
    async with _client(Answering(_fail(RefusedError("frames[3].hash", "is another")))) as client:
        with pytest.raises(RefusedError) as refused:
            await client.commit(EPOCH, [FIRST])
    assert (refused.value.field, refused.value.what) == ("frames[3].hash", "is another")


async def test_nobody_there_is_unavailable() -> None:
    async with open_channel(["127.0.0.1:1"]) as channel:
        with pytest.raises(UnavailableError):
            await AggregationClient(channel).hello(EPOCH, 0)


async def test_no_answer_in_time_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregation, "COMMIT_DEADLINE_S", 0.05)
    never = asyncio.Event()

    async def wait() -> Watermark | Reply:
        await never.wait()
        return MARK

    async with _client(Answering(wait)) as client:
        with pytest.raises(UnavailableError, match="DEADLINE_EXCEEDED"):
            await client.commit(EPOCH, [FIRST])


EPOCH_MESSAGE = pb.Epoch(relay="relay-1", id=b"e" * 16)
REFUSED: list[tuple[pb.CommitRequest, str]] = [
    (pb.CommitRequest(), "epoch.relay"),
    (pb.CommitRequest(epoch=pb.Epoch(relay="x" * 101, id=b"e" * 16)), "epoch.relay"),
    (pb.CommitRequest(epoch=pb.Epoch(relay="r", id=b"short")), "epoch.id"),
    (pb.CommitRequest(epoch=EPOCH_MESSAGE, frames=[pb.Frame(payload=b"")]), "frames[0].sequence"),
    (pb.CommitRequest(epoch=EPOCH_MESSAGE, frames=[pb.Frame(sequence=2**63, payload=b"")]), "frames[0].sequence"),
    (pb.CommitRequest(epoch=EPOCH_MESSAGE, frames=[pb.Frame(sequence=1, sealed_ms=-1)]), "frames[0].sealed_ms"),
    (pb.CommitRequest(epoch=EPOCH_MESSAGE, frames=[pb.Frame(sequence=1)]), "frames[0].body"),
    (
        pb.CommitRequest(epoch=EPOCH_MESSAGE, frames=[pb.Frame(sequence=1, tombstone=pb.Tombstone(hash=b"x"))]),
        "frames[0].tombstone.hash",
    ),
]


@pytest.mark.parametrize(("request_", "field"), REFUSED)
async def test_a_malformed_request_is_an_invalid_argument_that_names_the_field(
    request_: pb.CommitRequest, field: str
) -> None:
    answering = Answering(_say(Reply(Status.OK, MARK)))
    async with channel_to(answering) as channel:
        stub: rpc.AggregationServiceAsyncStub = rpc.AggregationServiceStub(channel)
        with pytest.raises(aio.AioRpcError) as raised:
            await stub.Commit(request_, timeout=5)
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (raised.value.details() or "").startswith(f"{field}: ")
    assert answering.asked == []


async def test_calls_are_spread_over_every_address_and_survive_the_loss_of_one() -> None:
    one, other = Answering(_say(MARK)), Answering(_say(MARK))
    async with serving(other) as kept:
        async with serving(one) as lost:
            channel = open_channel([lost, kept])
            client = AggregationClient(channel)
            while not (one.asked and other.asked):
                await client.hello(EPOCH, 0)
        before = len(other.asked)
        for _ in range(20):
            await client.hello(EPOCH, 0)
        assert len(other.asked) == before + 20
        await channel.close()


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["127.0.0.1:1", "127.0.0.2:2"], "ipv4:127.0.0.1:1,127.0.0.2:2"),
        (["[::1]:1", "[::2]:2"], "ipv6:[::1]:1,[::2]:2"),
        (["aggregator.example:8602"], "dns:///aggregator.example:8602"),
        (["localhost:8602"], "dns:///localhost:8602"),
    ],
)
def test_addresses_become_a_target(addresses: list[str], expected: str) -> None:
    assert target(addresses) == expected


@pytest.mark.parametrize("addresses", [[], ["a:1", "b:2"], ["127.0.0.1:1", "[::1]:2"], ["127.0.0.1"], ["host:port"]])
def test_addresses_that_cannot_be_one_target_are_refused(addresses: list[str]) -> None:
    with pytest.raises(ValueError, match=r"aggregator|HOST:PORT"):
        target(addresses)
