"""A trace across a call: who is under whom, what is carried, and that without one nothing is."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from grpc import aio

from ingest_grpc.wire.aggregation import AggregationClient, add_aggregation
from ingest_grpc.wire.channel import open_channel
from ingest_grpc.wire.frame import NO_HASH, Epoch, Reply, Status, Watermark, seal
from ingest_grpc.wire.ports import UnavailableError
from ingest_grpc.wire.trace import FACTS, Kind, Span, TracedAggregation, Tracer, carried, carrying
from tests.wire.servers import Answering

EPOCH = Epoch("relay-1", b"e" * 16)
FRAMES = [seal(1, 5, NO_HASH, 3, b"payload")]
DONE = Reply(Status.OK, Watermark(1, b"h" * 8))


def tracer_into(kept: list[Span]) -> Tracer:
    """One whose ids and times go up by one."""
    numbers = itertools.count(1)
    return Tracer(kept.append, lambda: next(numbers), lambda size: next(numbers).to_bytes(size, "big"))


def test_spans_within_spans_are_one_trace() -> None:
    kept: list[Span] = []
    tracer = tracer_into(kept)
    with tracer.span("outer") as outer, tracer.span("inner"):
        pass
    with tracer.span("next"):
        pass
    inner, ended, after = kept
    assert ended is outer
    assert (inner.parent, outer.parent, after.parent) == (outer.place.span, None, None)
    assert inner.place.trace == outer.place.trace != after.place.trace
    assert outer.begin_ns < inner.begin_ns < inner.end_ns < outer.end_ns


@pytest.mark.parametrize("error", [UnavailableError("visitor 203.0.113.7"), asyncio.CancelledError()])
def test_of_an_error_the_type_is_kept_and_not_its_text(error: BaseException) -> None:
    kept: list[Span] = []
    with pytest.raises(type(error)), tracer_into(kept).span("failing"):
        raise error
    assert (kept[0].has_failed, kept[0].facts) == (True, {"error.type": type(error).__name__})
    assert carrying() == ()


GOOD = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("header", "goes_on"),
    [
        (GOOD, True),
        (GOOD[:-1] + "0", False),  # whoever began it does not record it
        (GOOD.upper(), False),
        ("00-" + "0" * 32 + GOOD[35:], False),
        (GOOD[:36] + "0" * 16 + "-01", False),
        (GOOD + "\n", False),
        ("01" + GOOD[2:], False),
        ("", False),
    ],
)
def test_what_a_call_brings_is_read_strictly(header: str, goes_on: bool) -> None:
    with carried((("other", b"1"), ("traceparent", header))):
        assert carrying() == ((("traceparent", GOOD),) if goes_on else ())
    assert carrying() == ()


async def _called(traced: bool) -> tuple[list[Span], list[str]]:
    """The spans of both ends of one call, and the header that went between."""
    kept: list[Span] = []
    seen: list[str] = []

    class Noting(aio.ServerInterceptor):
        async def intercept_service(self, continuation, details):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            seen.extend(value for name, value in details.invocation_metadata if name == "traceparent")
            return await continuation(details)

    async def answer() -> Reply:
        return DONE

    tracer, server = tracer_into(kept), aio.server(interceptors=[Noting()])
    add_aggregation(server, TracedAggregation(Answering(answer), tracer, "commit", Kind.SERVER))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with open_channel([f"127.0.0.1:{port}"]) as channel:
            client = AggregationClient(channel)
            asked = TracedAggregation(client, tracer, "forward", Kind.CLIENT) if traced else client
            assert await asked.commit(EPOCH, FRAMES) == DONE
    finally:
        await server.stop(None)
    return kept, seen


async def test_the_far_end_of_a_call_goes_on_with_its_trace() -> None:
    (commit, forward), seen = await _called(traced=True)
    assert (forward.name, forward.kind, forward.parent) == ("forward", Kind.CLIENT, None)
    assert (commit.name, commit.kind, commit.parent) == ("commit", Kind.SERVER, forward.place.span)
    assert commit.place.trace == forward.place.trace
    assert seen == [f"00-{forward.place.trace.hex()}-{forward.place.span.hex()}-01"]
    assert set(forward.facts) == set(commit.facts) == set(FACTS) - {"error.type"}
    assert forward.facts["leadbright.beacons"] == 3


async def test_without_a_trace_nothing_is_carried() -> None:
    (commit,), seen = await _called(traced=False)
    assert (commit.parent, seen) == (None, [])
