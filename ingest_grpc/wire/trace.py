"""A trace of one batch across processes: spans of work, and how they are carried with a call.

`traceparent` is that of the W3C's Trace Context. May not know where spans go; clock and randomness are handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from ingest_grpc.wire.frame import Epoch, Frame, Reply, Watermark
from ingest_grpc.wire.ports import Aggregation

HEADER = "traceparent"

FACTS: dict[str, type[int] | type[str]] = {
    "leadbright.relay": str,
    "leadbright.frames": int,
    "leadbright.beacons": int,
    "leadbright.bytes": int,
    "leadbright.status": str,
    "error.type": str,
}
"""All that may be said of a span: an operator's name for a relay, numbers, and words of our own."""

_SAMPLED = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f][13579bdf]")


class Kind(Enum):
    """What OpenTelemetry calls the sides of a call, with its numbers."""

    INTERNAL = 1
    SERVER = 2
    CLIENT = 3


class Place(NamedTuple):
    """A span that others can begin under."""

    trace: bytes
    span: bytes


@dataclass(slots=True)
class Span:
    """A piece of work; times in nanoseconds since 1970-01-01 UTC."""

    name: str
    kind: Kind
    place: Place
    parent: bytes | None
    begin_ns: int
    end_ns: int = 0
    has_failed: bool = False
    facts: dict[str, int | str] = field(default_factory=dict)
    """Under names in FACTS."""


_here: ContextVar[Place | None] = ContextVar("place in a trace", default=None)


@dataclass(frozen=True, slots=True)
class Tracer:
    """Makes spans and hands them on when they end."""

    keep: Callable[[Span], None]
    clock_ns: Callable[[], int]
    randomness: Callable[[int], bytes]

    @contextmanager
    def span(self, name: str, kind: Kind = Kind.INTERNAL) -> Iterator[Span]:
        """A span for as long as the context lasts, under the one that is going on here or that a call brought."""
        above = _here.get()
        trace = above.trace if above else self.randomness(16)
        span = Span(name, kind, Place(trace, self.randomness(8)), above and above.span, self.clock_ns())
        token = _here.set(span.place)
        try:
            yield span
        except BaseException as error:
            # The type alone: a text may quote what a visitor sent.
            span.facts["error.type"] = type(error).__name__
            span.has_failed = True
            raise
        finally:
            _here.reset(token)
            span.end_ns = self.clock_ns()
            self.keep(span)


@dataclass(frozen=True, slots=True)
class TracedAggregation:
    """An aggregation whose commits are spans."""

    inner: Aggregation
    tracer: Tracer
    name: str
    kind: Kind

    async def hello(self, epoch: Epoch, now_ms: int) -> Watermark:
        """As the inner one."""
        return await self.inner.hello(epoch, now_ms)

    async def commit(self, epoch: Epoch, frames: Sequence[Frame]) -> Reply:
        """As the inner one."""
        with self.tracer.span(self.name, self.kind) as span:
            span.facts |= {
                "leadbright.relay": epoch.relay,
                "leadbright.frames": len(frames),
                "leadbright.beacons": sum(frame.beacons for frame in frames),
                "leadbright.bytes": sum(len(frame.payload or b"") for frame in frames),
            }
            reply = await self.inner.commit(epoch, frames)
            span.facts["leadbright.status"] = reply.status.name.lower()
            return reply


def carrying() -> tuple[tuple[str, str], ...]:
    """What a call takes with it of the trace that is going on here, as metadata; mostly nothing."""
    here = _here.get()
    return () if here is None else ((HEADER, f"00-{here.trace.hex()}-{here.span.hex()}-01"),)


@contextmanager
def carried(metadata: Iterable[tuple[str, str | bytes]] | None) -> Iterator[None]:
    """Go on, for as long as the context lasts, in the trace that a call brought, if it brought one."""
    found = next((value for name, value in metadata or () if name == HEADER), None)
    match = _SAMPLED.fullmatch(found) if isinstance(found, str) else None
    if match is None:
        yield
        return
    token = _here.set(Place(bytes.fromhex(match[1]), bytes.fromhex(match[2])))
    try:
        yield
    finally:
        _here.reset(token)
