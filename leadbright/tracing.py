"""Spans to a collector, as OTLP over HTTP in JSON: a few at a time, and never at the cost of what is traced.

A collector that is away costs spans, not beacons. May not know what a span is about; what is not listed in `FACTS` is
left out.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

import httpx
import structlog

from ingest_grpc.wire.trace import FACTS, Span, Tracer

PATH = "/v1/traces"

PERIOD_S = 2.0
ANSWER_S = 5.0
LAST_S = 2.0
"""How long a process that stops waits for its last spans to be taken."""

MOST_KEPT = 4_096
"""Spans that wait; of more the oldest are dropped."""
MOST_AT_ONCE = 512

_log = structlog.get_logger()


class Exporter:
    """Keeps the spans that ended until a collector has taken them."""

    def __init__(self, client: httpx.AsyncClient, url: str, role: str) -> None:
        """`url` is the collector's address without a path."""
        self._client = client
        self._url = url + PATH
        self._role = role
        self._waiting: deque[Span] = deque(maxlen=MOST_KEPT)
        self._is_heard = True

    def keep(self, span: Span) -> None:
        """Have it sent with the next ones."""
        self._waiting.append(span)

    async def send(self) -> None:
        """Send what waits. What is not taken is dropped, and said once in the log."""
        while self._waiting:
            spans = [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]
            if not await self._take(spans):
                return

    async def send_forever(self) -> None:
        """Send again and again."""
        while True:
            await asyncio.sleep(PERIOD_S)
            await self.send()

    async def _take(self, spans: Sequence[Span]) -> bool:
        try:
            answer = await self._client.post(self._url, content=json.dumps(request_of(self._role, spans)))
            why = None if answer.is_success else f"status {answer.status_code}"
        except httpx.HTTPError as error:
            why = type(error).__name__
        if why is not None and self._is_heard:
            _log.warning("spans are not taken: they are dropped until they are", why=why, count=len(spans))
        self._is_heard = why is None
        return self._is_heard


@asynccontextmanager
async def traced(role: str, url: str) -> AsyncIterator[Tracer | None]:
    """A tracer for as long as the context lasts; None where no collector's address is set."""
    if not url:
        yield None
        return
    headers = {"Content-Type": "application/json"}
    async with httpx.AsyncClient(timeout=ANSWER_S, headers=headers, trust_env=False) as client:
        exporter = Exporter(client, url, role)
        sending = asyncio.create_task(exporter.send_forever(), name="send spans")
        try:
            yield Tracer(exporter.keep, time.time_ns, os.urandom)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await asyncio.wait({asyncio.create_task(exporter.send())}, timeout=LAST_S)


def request_of(role: str, spans: Iterable[Span]) -> dict[str, object]:
    """An ExportTraceServiceRequest in OTLP's JSON: ids in hex, long numbers as texts."""
    scope = {"scope": {"name": "leadbright"}, "spans": [_span(span) for span in spans]}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": f"leadbright-{role}"}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def _span(span: Span) -> dict[str, object]:
    told: dict[str, object] = {
        "traceId": span.place.trace.hex(),
        "spanId": span.place.span.hex(),
        "name": span.name,
        "kind": span.kind.value,
        "startTimeUnixNano": str(span.begin_ns),
        "endTimeUnixNano": str(span.end_ns),
        "attributes": [_attribute(name, fact) for name, fact in span.facts.items() if type(fact) is FACTS.get(name)],
    }
    if span.parent is not None:
        told["parentSpanId"] = span.parent.hex()
    if span.has_failed:
        told["status"] = {"code": 2}
    return told


def _attribute(name: str, fact: int | str) -> dict[str, object]:
    value = {"intValue": str(fact)} if isinstance(fact, int) else {"stringValue": fact}
    return {"key": name, "value": value}
