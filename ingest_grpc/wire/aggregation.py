"""Frames over gRPC: the client that a relay holds and the adapter that an aggregator's server mounts.

May not know how frames are kept or counted; both ends speak `ports.Aggregation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grpc import aio

from ingest_grpc.wire import errors, trace
from ingest_grpc.wire.frame import HASH_BYTES, Epoch, Frame, Reply, Status, Watermark, chain_hash
from ingest_grpc.wire.leadbright.v1 import aggregation_pb2 as pb
from ingest_grpc.wire.leadbright.v1 import aggregation_pb2_grpc as rpc
from ingest_grpc.wire.ports import Aggregation, RefusedError, UnavailableError

SERVICE = pb.DESCRIPTOR.services_by_name["AggregationService"].full_name

HELLO_DEADLINE_S = 5.0
COMMIT_DEADLINE_S = 30.0

EPOCH_BYTES = 16
MAX_RELAY_NAME = 100

_STATUSES: dict[Status, pb.CommitResponse.Status.ValueType] = {
    Status.OK: pb.CommitResponse.STATUS_OK,
    Status.DUPLICATE: pb.CommitResponse.STATUS_DUPLICATE,
    Status.GAP: pb.CommitResponse.STATUS_GAP,
    Status.DIVERGED: pb.CommitResponse.STATUS_DIVERGED,
    Status.STALE: pb.CommitResponse.STATUS_STALE,
}
_STATUS_NAMES = {number: status for status, number in _STATUSES.items()}


class AggregationClient:
    """An aggregator at the other end of a channel."""

    def __init__(self, channel: aio.Channel) -> None:
        self._stub: rpc.AggregationServiceAsyncStub = rpc.AggregationServiceStub(channel)

    async def hello(self, epoch: Epoch, now_ms: int) -> Watermark:
        """Where this epoch stands. Raises UnavailableError; RefusedError where the relay's clock is far off."""
        request = pb.HelloRequest(epoch=_epoch(epoch), now_ms=now_ms)
        try:
            response = await self._stub.Hello(request, timeout=HELLO_DEADLINE_S)
        except aio.AioRpcError as error:
            raise errors.raised(error) from error
        return _read_watermark(response.watermark)

    async def commit(self, epoch: Epoch, frames: Sequence[Frame]) -> Reply:
        """Have frames committed. Raises UnavailableError; RefusedError where they do not chain."""
        request = pb.CommitRequest(epoch=_epoch(epoch), frames=[_frame(f) for f in frames])
        try:
            response = await self._stub.Commit(request, timeout=COMMIT_DEADLINE_S, metadata=trace.carrying())
        except aio.AioRpcError as error:
            raise errors.raised(error) from error
        status = _STATUS_NAMES.get(response.status)
        if status is None:
            raise UnavailableError(f"the aggregator answered with a status of no known kind: {response.status}")
        return Reply(status, _read_watermark(response.watermark))


class AggregationServicer(rpc.AggregationServiceServicer):
    """Any `Aggregation`, mounted on a server."""

    def __init__(self, aggregation: Aggregation) -> None:
        self._aggregation = aggregation

    async def Hello(  # noqa: N802
        self, request: pb.HelloRequest, context: aio.ServicerContext[Any, Any]
    ) -> pb.HelloResponse:
        """Say how far an epoch has been committed."""
        try:
            watermark = await self._aggregation.hello(_read_epoch(request.epoch), request.now_ms)
        except UnavailableError as error:
            await errors.abort(context, error)
        return pb.HelloResponse(watermark=_watermark(watermark))

    async def Commit(  # noqa: N802
        self, request: pb.CommitRequest, context: aio.ServicerContext[Any, Any]
    ) -> pb.CommitResponse:
        """Commit frames."""
        try:
            frames = [_read_frame(index, frame) for index, frame in enumerate(request.frames)]
            with trace.carried(context.invocation_metadata()):
                reply = await self._aggregation.commit(_read_epoch(request.epoch), frames)
        except UnavailableError as error:
            await errors.abort(context, error)
        return pb.CommitResponse(status=_STATUSES[reply.status], watermark=_watermark(reply.watermark))


def add_aggregation(server: aio.Server, aggregation: Aggregation) -> None:
    """Mount an aggregation on a server that has not been started."""
    rpc.add_AggregationServiceServicer_to_server(AggregationServicer(aggregation), server)


def _epoch(epoch: Epoch) -> pb.Epoch:
    return pb.Epoch(relay=epoch.relay, id=epoch.id)


def _read_epoch(message: pb.Epoch) -> Epoch:
    if not 0 < len(message.relay) <= MAX_RELAY_NAME or "\0" in message.relay:
        raise RefusedError("epoch.relay", f"must be 1 to {MAX_RELAY_NAME} characters")
    if len(message.id) != EPOCH_BYTES:
        raise RefusedError("epoch.id", f"must be {EPOCH_BYTES} bytes, not {len(message.id)}")
    return Epoch(message.relay, message.id)


def _watermark(watermark: Watermark) -> pb.Watermark:
    return pb.Watermark(sequence=watermark.sequence, hash=watermark.hash)


def _read_watermark(message: pb.Watermark) -> Watermark:
    return Watermark(message.sequence, message.hash)


def _frame(frame: Frame) -> pb.Frame:
    message = pb.Frame(
        sequence=frame.sequence,
        sealed_ms=frame.sealed_ms,
        previous_hash=frame.previous_hash,
        beacons=frame.beacons,
    )
    if frame.payload is None:
        message.tombstone.hash = frame.hash
    else:
        message.payload = frame.payload
    return message


def _read_frame(index: int, message: pb.Frame) -> Frame:
    where = f"frames[{index}]"
    if not 0 < message.sequence < 2**63:
        raise RefusedError(f"{where}.sequence", "must be 1 or more")
    if not 0 <= message.sealed_ms < 2**53:
        raise RefusedError(f"{where}.sealed_ms", "must be milliseconds since 1970-01-01")
    body = message.WhichOneof("body")
    if body is None:
        raise RefusedError(f"{where}.body", "must be a payload or a tombstone")
    if body == "tombstone" and len(message.tombstone.hash) != HASH_BYTES:
        raise RefusedError(f"{where}.tombstone.hash", f"must be {HASH_BYTES} bytes")
    head = (message.sequence, message.sealed_ms, message.previous_hash)
    payload = message.payload if body == "payload" else None
    hashed = message.tombstone.hash if payload is None else chain_hash(*head, payload)
    return Frame(*head, message.beacons, payload, hashed)
