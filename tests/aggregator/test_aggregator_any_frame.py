"""Whatever arrives at the aggregator's door, it is answered as the contract says, and the next frame is counted.

Our own generator, with seeds: calls of real frames, bent as bytes and as messages.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable

import grpc
import pytest
from google.protobuf.message import DecodeError
from grpc import aio

from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.server import start_server
from ingest_grpc.aggregator.store import Store
from ingest_grpc.wire.frame import Epoch, chain_hash
from ingest_grpc.wire.leadbright.v1 import aggregation_pb2 as pb
from tests.aggregator.traces import NOON_MS, Journal, balanced, beacon, books, landing

SEEDS = range(3)
CALLS = 120
COMMIT = "/leadbright.v1.AggregationService/Commit"
Commit = aio.UnaryUnaryMultiCallable[bytes, bytes]
ANSWERED = {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNAVAILABLE}

NUMBERS = (0, 1, 2**31, 2**32 - 1)


def call(dice: random.Random, number: int) -> pb.CommitRequest:
    """The first frames of an epoch that nobody has had."""
    journal = Journal(Epoch(f"relay-{dice.randrange(3)}", number.to_bytes(16, "big")))
    for _ in range(dice.randint(1, 3)):
        journal.seal(*[landing() if dice.random() < 0.5 else beacon() for _ in range(dice.randint(1, 4))])
    frames = [
        pb.Frame(
            sequence=frame.sequence,
            sealed_ms=frame.sealed_ms,
            previous_hash=frame.previous_hash,
            beacons=frame.beacons,
            payload=frame.payload or b"",
        )
        for frame in journal.frames
    ]
    return pb.CommitRequest(epoch=pb.Epoch(relay=journal.epoch.relay, id=journal.epoch.id), frames=frames)


def _bend_payload(request: pb.CommitRequest, dice: random.Random) -> None:
    frame = dice.choice(request.frames)
    frame.payload = _bent(frame.payload, dice)


def _bend_beacon(request: pb.CommitRequest, dice: random.Random) -> None:
    frame = dice.choice(request.frames)
    batch = pb.Batch.FromString(frame.payload)
    one = dice.choice(batch.beacons)
    text = dice.choice(("", "\0", "x" * 300, "ü", "../"))
    match dice.randrange(5):
        case 0:
            one.nonce = dice.randbytes(dice.randrange(40))
        case 1:
            one.day = dice.choice((-(2**31), 0, 2**31 - 1))
        case 2:
            one.site = text
        case 3:
            one.surroundings.page = text
        case _:
            huge = pb.Converted(goal=text or "g", count=2**32 - 1, total=-(2**63), amount=2**63 - 1)
            one.entries.add().converted.CopyFrom(huge)
    frame.payload = batch.SerializeToString()


def _bend_frame(request: pb.CommitRequest, dice: random.Random) -> None:
    frame = dice.choice(request.frames)
    match dice.randrange(5):
        case 0:
            frame.sequence = dice.choice((*NUMBERS, 2**63, 2**64 - 1))
        case 1:
            frame.sealed_ms = dice.choice((0, -1, NOON_MS - 10**10, NOON_MS + 10**10, 2**53, 2**63 - 1))
        case 2:
            frame.previous_hash = dice.randbytes(dice.randrange(12))
        case 3:
            frame.beacons = dice.choice(NUMBERS)
        case _:
            frame.tombstone.hash = dice.randbytes(dice.choice((0, 7, 8, 9)))


def _bend_epoch(request: pb.CommitRequest, dice: random.Random) -> None:
    request.epoch.relay = dice.choice(("", "r" * 101, "r\0", "ü" * 100))
    request.epoch.id = dice.randbytes(dice.choice((0, 15, 16, 17)))


def _shuffle(request: pb.CommitRequest, dice: random.Random) -> None:
    frames = list(request.frames)
    kept = dice.choices(frames, k=dice.randint(0, 4))
    del request.frames[:]
    request.frames.extend(kept)


def _relink(request: pb.CommitRequest, _: random.Random) -> None:
    """Let bent payloads chain again, as a relay that had written them would have sent them."""
    before = request.frames[0].previous_hash if request.frames else b""
    for frame in request.frames:
        frame.previous_hash = before
        head = (frame.sequence % 2**63, abs(frame.sealed_ms), before)
        before = frame.tombstone.hash if frame.HasField("tombstone") else chain_hash(*head, frame.payload)


BENDS: tuple[Callable[[pb.CommitRequest, random.Random], None], ...] = (
    _bend_beacon,
    _bend_payload,
    _bend_frame,
    _bend_epoch,
    _shuffle,
)
"""In the order in which they can be done: what is no batch any more holds no beacon."""


def _bent(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    match dice.randrange(3):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + dice.randbytes(3) + data[at:]
        case _:
            return data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]


@pytest.fixture
async def address(store: Store, aggregator: Aggregator, reporter: Reporter) -> AsyncIterator[str]:
    """A server on a free port."""
    started = await start_server(aggregator, reporter, "127.0.0.1:0", store.ready)
    yield f"127.0.0.1:{started.port}"
    await started.stop(grace_s=1)


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_call_breaks_the_aggregator(seed: int, address: str, store: Store) -> None:
    dice = random.Random(seed)
    seen: set[grpc.StatusCode] = set()
    async with aio.insecure_channel(address) as channel:
        commit: Commit = channel.unary_unary(COMMIT)
        for number in range(CALLS):
            data = bent_call(dice, number)
            status = await _status(commit, data)
            # What is no message at all is answered by gRPC itself.
            assert status in ANSWERED or (status is grpc.StatusCode.UNKNOWN and not _is_message(data)), number
            seen.add(status)
        assert await _status(commit, call(dice, CALLS).SerializeToString()) is grpc.StatusCode.OK
    assert {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT} <= seen
    assert balanced((await books(store)).values())


def bent_call(dice: random.Random, number: int) -> bytes:
    """A call as it stands, or bent in one way or two."""
    request = call(dice, number)
    for bend in sorted(dice.sample(BENDS, k=dice.randint(0, 2)), key=BENDS.index):
        if request.frames:
            bend(request, dice)
    if dice.random() < 0.7:
        _relink(request, dice)
    data = request.SerializeToString()
    return _bent(data, dice) if dice.random() < 0.2 else data


async def _status(commit: Commit, data: bytes) -> grpc.StatusCode:
    try:
        await commit(data, timeout=20)
    except aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def _is_message(data: bytes) -> bool:
    try:
        pb.CommitRequest.FromString(data)
    except DecodeError:
        return False
    return True
