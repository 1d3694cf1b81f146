"""One aggregator process, from its start to its stop.

May not know settings or signals: both are handed in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import grpc

from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.server import start_server
from ingest_grpc.aggregator.store import open_store


async def serve(
    counts_url: str,
    address: str,
    clock: Callable[[], int],
    stopping: asyncio.Event,
    started: Callable[[int], None],
    credentials: grpc.ServerCredentials | None = None,
) -> None:
    """Open the counts, serve at `host:port` until `stopping` is set, and close everything again.

    `clock` gives milliseconds since 1970-01-01 UTC; `started` is told the port. Raises ValueError and UnavailableError
    where the counts cannot be opened, OSError where the address cannot be had.
    """
    store = await open_store(counts_url)
    try:
        aggregator, reporter = Aggregator(store, clock), Reporter(store)
        server = await start_server(aggregator, reporter, address, store.ready, credentials)
        try:
            started(server.port)
            await stopping.wait()
        finally:
            await server.stop()
    finally:
        # Last, and whatever happened: an open SQLite connection keeps the process alive.
        await store.close()
