"""Roles as child processes: started in order, restarted when they die, all stopped together, none left behind.

Each child holds the other end of its standard input and ends with it, so none outlives a supervisor that was killed.
May not know what the roles do.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from leadbright.readiness import Probe, until_ready

READY_S = 60.0
STOP_S = 9.0
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 10.0
STEADY_S = 30.0
"""A child that lived this long starts over with the shortest pause when it dies."""

WRONG_USAGE = 2
"""A child that leaves with this status would only do so again: it is given up."""


@dataclass(frozen=True, slots=True)
class Child:
    """A role to keep alive: its command line, how to tell that it is ready, and the file that its log goes to."""

    name: str
    command: Sequence[str]
    ready: Probe | None = None
    log: Path | None = None


@dataclass(slots=True)
class _Life:
    child: Child
    process: asyncio.subprocess.Process | None = None
    deaths: int = 0
    keeper: asyncio.Task[None] | None = None


@dataclass(slots=True)
class Supervisor:
    """Keeps children alive until it is told to stop. `gave_up` is set when one can't be kept alive."""

    environment: Mapping[str, str]
    ready_s: float = READY_S
    gave_up: asyncio.Event = field(default_factory=asyncio.Event)
    _lives: list[_Life] = field(default_factory=list)

    async def start(self, children: Sequence[Child]) -> bool:
        """Start all at once and wait until all are ready; False where one isn't in time."""
        started = [_Life(child) for child in children]
        self._lives.extend(started)
        for life in started:
            await self._spawn(life)
            life.keeper = asyncio.create_task(self._keep(life), name=f"keep {life.child.name}")
        ready = asyncio.gather(*(self._until_ready(life.child) for life in started))
        giving_up = asyncio.create_task(self.gave_up.wait())
        try:
            await asyncio.wait((ready, giving_up), return_when=asyncio.FIRST_COMPLETED)
            return ready.done() and all(ready.result())
        finally:
            giving_up.cancel()
            ready.cancel()
            await asyncio.gather(ready, giving_up, return_exceptions=True)

    def pids(self) -> dict[str, int]:
        """The living children's process ids, by name."""
        return {life.child.name: life.process.pid for life in self._lives if life.process is not None}

    async def stop(self, within_s: float = STOP_S) -> None:
        """Tell every child to stop, the last started first in line, and kill what is left at the deadline."""
        keepers = [life.keeper for life in self._lives if life.keeper is not None]
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        living = [life.process for life in reversed(self._lives) if life.process is not None]
        for process in living:
            _signal(process, signal.SIGTERM)
        waits = [asyncio.create_task(process.wait()) for process in living]
        if waits:
            await asyncio.wait(waits, timeout=within_s)
        for process in living:
            if process.returncode is None:
                structlog.get_logger().warning("killed at the deadline", pid=process.pid)
                _signal(process, signal.SIGKILL)
        await asyncio.gather(*waits)
        self._lives.clear()

    async def _until_ready(self, child: Child) -> bool:
        if child.ready is None or await until_ready(child.ready, self.ready_s):
            return True
        structlog.get_logger().error("a role isn't ready in time", role=child.name, seconds=self.ready_s)
        return False

    async def _spawn(self, life: _Life) -> None:
        out = life.child.log.open("ab") if life.child.log is not None else None
        with out if out is not None else contextlib.nullcontext():
            life.process = await asyncio.create_subprocess_exec(
                *life.child.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=out,
                stderr=out,
                env=dict(self.environment),
                start_new_session=True,
            )

    async def _keep(self, life: _Life) -> None:
        while (process := life.process) is not None:
            born = time.monotonic()
            status = await process.wait()
            life.process = None
            lived = time.monotonic() - born
            if status == WRONG_USAGE:
                self.gave_up.set()
                return
            life.deaths = 0 if lived >= STEADY_S else life.deaths + 1
            pause = pause_after(life.deaths)
            structlog.get_logger().warning("a role died", role=life.child.name, status=status, seconds=pause)
            await asyncio.sleep(pause)
            await self._spawn(life)


def pause_after(deaths: int) -> float:
    """Seconds to wait before a child that died so many times in quick succession is started again."""
    return min(FIRST_PAUSE_S * 2.0 ** max(deaths - 1, 0), LONGEST_PAUSE_S)


def role_command(role: str) -> tuple[str, ...]:
    """The command line that runs a role of this installation as a child."""
    # -P: with the folder that one happens to stand in on the path, a web.py there would be taken for our room.
    return (sys.executable, "-P", "-m", "leadbright", role, "--leashed")


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
