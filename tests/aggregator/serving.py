"""An aggregator process whose clock stands still: `python -m tests.aggregator.serving URL` prints its port."""

from __future__ import annotations

import asyncio
import sys

from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.server import start_server
from ingest_grpc.aggregator.store import open_store
from tests.aggregator.traces import Clock


async def main(url: str) -> None:
    """Serve until killed."""
    store = await open_store(url)
    server = await start_server(Aggregator(store, Clock()), Reporter(store), "127.0.0.1:0", store.ready)
    print(server.port, flush=True)
    await server.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
