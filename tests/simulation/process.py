"""A process of the simulated world: it may die at any of its calls to disk, network or database, and then says nothing.

Nothing of it is cancelled, as `kill -9` cancels nothing: whatever it waits for does not come any more.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

WAITS_S = (0.0, 0.0, 0.0, 0.001, 0.004, 0.02)
"""How long a call may take."""


@dataclass
class Happenings:
    """What came to pass, so that a world in which nothing did proves nothing."""

    seen: Counter[str] = field(default_factory=Counter)

    def note(self, what: str, times: int = 1) -> None:
        """Something came to pass."""
        self.seen[what] += times


@dataclass
class Calls:
    """All calls of a world, to have the one who makes a certain one die."""

    dies_at: int = 0
    made: int = 0
    is_over: bool = False

    def next_is_fatal(self) -> bool:
        """Count one more."""
        self.made += not self.is_over
        return self.made == self.dies_at and not self.is_over


@dataclass
class Process:
    """One life of a relay or an aggregator."""

    name: str
    dice: random.Random
    bury: Callable[[Process], None]
    """What becomes of what it had open."""
    dies_at: int = 0
    """Before which of its calls it dies; 0 for none."""
    dies_after_commit: bool = False
    all_calls: Calls = field(default_factory=Calls)
    is_alive: bool = True
    calls: int = 0
    died: asyncio.Event = field(default_factory=asyncio.Event)

    def kill(self) -> None:
        """End it, in the middle of whatever it does."""
        if self.is_alive:
            self.is_alive = False
            self.died.set()
            self.bury(self)

    async def call(self) -> None:
        """Before each call: it may be the last thing this process does, and it takes a while."""
        self.calls += 1
        if self.calls == self.dies_at or self.all_calls.next_is_fatal():
            self.kill()
        await self.pause(self.dice.choice(WAITS_S))

    async def pause(self, seconds: float) -> None:
        """Let others go on; return only to the living."""
        await asyncio.sleep(seconds)
        if not self.is_alive:
            await asyncio.Event().wait()
