"""The life of one role's process: run until told to stop, stop within ten seconds, and leave in any case.

May not know what the role does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import structlog
import uvloop

STOP_S = 10.0
"""How long a role may take to stop, its own deadlines included."""

WEDGED_S = 15.0
"""After this, a process that was told to stop leaves at once; whatever was acknowledged is on disk."""

STOPPED = 0
FAILED = 1
WEDGED = 70

Role = Callable[[], AbstractAsyncContextManager[None]]


def run_until_stopped(role: Role, *, leashed: bool = False) -> int:
    """Hold the role up until SIGTERM, SIGINT or, where leashed, the end of standard input; return an exit status.

    Leashed, the process ends with the one that started it, also where that one was killed.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return runner.run(_hold(role, leashed))
        except Exception:  # noqa: BLE001 -- the end of the process: said in the log, never as a bare traceback
            structlog.get_logger().exception("the role failed")
            return FAILED


async def _hold(role: Role, leashed: bool) -> int:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if not told.is_set():
            told.set()
            leave_when_wedged()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if leashed:
        _at_end_of_input(lambda: loop.call_soon_threadsafe(stop))
    async with role():
        structlog.get_logger().info("started", pid=os.getpid())
        await told.wait()
    structlog.get_logger().info("stopped", pid=os.getpid())
    return STOPPED


def leave_when_wedged(after_s: float = WEDGED_S) -> None:
    """Start a clock that ends this process the hard way, should it still be here then."""
    clock = threading.Timer(after_s, os._exit, (WEDGED,))
    clock.daemon = True
    clock.start()


def _at_end_of_input(then: Callable[[], object]) -> None:
    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        then()

    threading.Thread(target=watch, name="leash", daemon=True).start()
