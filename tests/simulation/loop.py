"""An event loop in which time passes only when nothing else can happen: hours of a world in milliseconds of ours.

May not know what runs in it.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

LAST_ROUNDS = 8


class _Leap(selectors.SelectSelector):
    """Waits for nothing: the time that the loop would have slept is over at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As select's, with no file that could be ready."""
        if timeout is None:
            raise RuntimeError("nothing would ever happen again")
        self.now += max(0.0, timeout)
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Everything in it happens in one order, which is the same whenever it runs again. Threads have no place in it."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)
        self.set_exception_handler(_say_nothing)
        self.set_task_factory(self._remember)  # type: ignore[arg-type]
        self.begun: list[asyncio.Task[Any]] = []
        """Every task: the loop itself forgets those that wait for what will never come, and they would be collected."""

    def time(self) -> float:
        """Seconds since the world began."""
        return self._leap.now

    def _remember(
        self,
        _: asyncio.AbstractEventLoop,
        doing: Coroutine[Any, Any, T],
        **named: Any,  # noqa: ANN401 - asyncio's own
    ) -> asyncio.Task[T]:
        task = asyncio.Task(doing, loop=self, **named)
        self.begun.append(task)
        return task


def simulate(story: Coroutine[Any, Any, T]) -> T:
    """Run a story to its end; what it leaves waiting ends with it."""
    loop = SimulatedLoop()
    try:
        return loop.run_until_complete(story)
    finally:
        for _ in range(LAST_ROUNDS):
            # Cancelled, the dead try to clean up, and wait for their dead disk once more.
            for task in loop.begun:
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def _say_nothing(_: asyncio.AbstractEventLoop, __: Mapping[str, object]) -> None:
    """What processes that were killed leave behind is nobody's concern."""
