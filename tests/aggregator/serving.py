"""An aggregator process whose clock stands still: `python -m tests.aggregator.serving URL` prints its port."""

from __future__ import annotations

import asyncio
import sys

from ingest_grpc.aggregator.role import serve
from tests.aggregator.traces import Clock


def _started(port: int) -> None:
    print(port, flush=True)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], "127.0.0.1:0", Clock(), asyncio.Event(), _started))
