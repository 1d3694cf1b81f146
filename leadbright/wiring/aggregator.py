"""The aggregator from its parts.

May not know settings that are another role's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from functools import partial

from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.counts import AggregatorCollector, registry_of
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.server import start_server
from ingest_grpc.aggregator.store import open_store
from ingest_grpc.wire.trace import Kind, TracedAggregation
from leadbright.metrics import metrics_served
from leadbright.papers import papers_of, server_credentials
from leadbright.settings import Settings
from leadbright.tracing import traced
from leadbright.wiring.clock import now_ms

GRACE_S = 5.0
"""How long calls in progress may take once a stop was asked for."""


@asynccontextmanager
async def aggregator(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The aggregator, serving; the event is never set."""
    async with AsyncExitStack() as parts:
        store = await open_store(settings.counts)
        # Last to go: an open SQLite connection keeps the process alive.
        parts.push_async_callback(store.close)
        tracer = await parts.enter_async_context(traced("aggregator", settings.traces))
        around = nullcontext if tracer is None else partial(tracer.span, "transaction")
        counting, reporting = Aggregator(store, now_ms, settings.keep_days, around), Reporter(store)
        asked = counting if tracer is None else TracedAggregation(counting, tracer, "commit frames", Kind.SERVER)
        papers = papers_of(settings)
        credentials = None if papers is None else server_credentials(papers)
        server = await start_server(asked, reporting, str(settings.aggregator_listen), store.ready, credentials)
        parts.push_async_callback(server.stop, GRACE_S)
        parts.callback(store.live.close)
        registry = registry_of(AggregatorCollector(counting.counts, store.waiting))
        await parts.enter_async_context(metrics_served("aggregator", registry, settings.aggregator_metrics))
        yield asyncio.Event()
