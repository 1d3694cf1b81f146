"""A relay of several processes: each has its own epochs and journal, all share one address.

May not know how one of them is put together.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from leadbright.house import children_environment, relay_probe
from leadbright.journals import FIRST
from leadbright.settings import Settings
from leadbright.supervisor import Child, Supervisor, role_command

STOP_S = 8.5
"""Less than whoever stops this process waits for it."""


@asynccontextmanager
async def workers(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The workers, each started anew alone when it dies; the event is set where one can't be kept alive."""
    supervisor = Supervisor(children_environment(settings, dict(os.environ)))
    try:
        if not await supervisor.start([_worker(settings, n) for n in range(FIRST, FIRST + settings.relay_workers)]):
            raise OSError("the relay's processes do not get ready")
        yield supervisor.gave_up
    finally:
        await supervisor.stop(STOP_S)


def _worker(settings: Settings, number: int) -> Child:
    # Whichever has the port answers for all; the others are told apart by their metrics.
    ready = relay_probe(settings) if number == FIRST else None
    return Child(f"relay-{number}", (*role_command("relay"), "--worker", str(number)), ready)
