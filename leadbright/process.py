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
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Final

import structlog
import uvloop

WEDGED_S: Final = 15.0
"""After this, a process that was told to stop leaves at once; whatever was acknowledged is on disk."""

STOPPED: Final = 0
FAILED: Final = 1
WEDGED: Final = 70

Role = Callable[[], AbstractAsyncContextManager[asyncio.Event]]
"""Holds a role up; sets the event where it can't go on."""


def run_until_stopped(role: Role, *, leashed: bool = False) -> int:
    """Hold the role up until SIGTERM, SIGINT or, where leashed, the end of standard input; return an exit status.

    Leashed, the process ends with the one that started it, also where that one was killed.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return runner.run(_hold(role, leashed))
        except CannotStartError as error:
            sys.stderr.write(f"can't start: {error}\n")
            sys.stderr.flush()
            # At once: threads of a database that did not open would complain to a loop that is gone.
            os._exit(FAILED)
        except Exception as error:  # noqa: BLE001 -- the end of the process: said in the log, not on bare stderr
            structlog.get_logger().error("the role failed", exc_info=error)
    return FAILED


class CannotStartError(Exception):
    """Why a role is not up; nothing of a visitor can be in the text yet."""


async def _hold(role: Role, leashed: bool) -> int:
    log = structlog.get_logger()
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
    async with AsyncExitStack() as held:
        try:
            broken = await held.enter_async_context(role())
        except Exception as error:
            raise CannotStartError(str(error) or type(error).__name__) from error
        log.info("started", pid=os.getpid())
        await _first(told, broken)
        if broken.is_set():
            log.error("can't go on: leaving, to be started anew", pid=os.getpid())
            stop()
    log.info("stopped", pid=os.getpid())
    return FAILED if broken.is_set() else STOPPED


async def _first(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


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
