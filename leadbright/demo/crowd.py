"""The crowd: who comes when, newcomers and returning visitors, in a past that is replayed or as time goes by.

Everything is drawn from the seed. May not know what a visit consists of or where beacons go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from domain.ledger import Ledger
from leadbright.demo.browser import Browser, Pace, Visitor, World
from leadbright.demo.journey import visit_shop
from leadbright.demo.people import draw_person

HOUR = 60
DAY = 24 * HOUR
RETURNS = 0.42
SHORTEST_ABSENCE = 14 * HOUR
MEAN_FURTHER_ABSENCE = 2.2 * DAY
AT_ONCE = 192
"""Visits that go on at the same time."""
STRIDE = 12
"""Hours that are replayed together: less than the shortest absence, so that nobody comes twice in them."""

BY_HOUR = (2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 11, 12, 11, 10, 10, 11, 12, 14, 16, 17, 15, 10, 5)
"""How busy each hour of the day (UTC) is beside the others."""

SATURDAY, SUNDAY = 2, 3
"""1970-01-01 was a Thursday: day numbers modulo seven."""


MOST_AWAITED = 5_000
"""Visitors who will come back, and visitors with something left to tell, that are remembered."""


TurnClock = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pulse:
    """How lively it is."""

    a_second: float
    """Visits that begin."""
    hurry: float = 4.0
    """How much faster than people they read: visits would go on for minutes, and the demo is looked at for minutes."""
    visits: int | None = None
    """How many there are; None for no end."""


@dataclass(slots=True)
class Crowd:
    """Those who will come back, and those who still have something to tell."""

    seed: str
    born: int = 0
    """How many visitors there have been."""
    agenda: dict[int, list[tuple[int, Visitor]]] = field(default_factory=dict)
    """By hour since 1970 UTC: returning visitors, with their minute."""
    unsettled: list[Visitor] = field(default_factory=list)
    """Those who left before everything was acknowledged."""
    expired: int = 0
    """Beacons given up after a day."""

    async def relive(self, world: World, first: int, last: int, a_day: int, turn_clock: TurnClock) -> None:
        """Let the hours from minute `first` to minute `last` go by, with about `a_day` newcomers a day.

        Visits of half a day go on side by side; `turn_clock` is told the minute before they begin.
        """
        for start in range(first // HOUR, last // HOUR, STRIDE):
            await turn_clock(start * HOUR)
            visits = []
            for hour in range(start, min(start + STRIDE, last // HOUR)):
                visits += self._newcomers(world, hour, a_day, first) + self.agenda.pop(hour, [])
            visits.sort(key=_when)
            for many in range(0, len(visits), AT_ONCE):
                some = visits[many : many + AT_ONCE]
                await asyncio.gather(*(self._visit(world, v, _replayed(minute)) for minute, v in some))
                for minute, visitor in some:
                    self._perhaps_again(visitor, minute)

    async def live(self, world: Callable[[], World], now: Callable[[], float], pulse: Pulse) -> None:
        """Let visitors come as time goes by, until `pulse.visits` are over or this is cancelled."""
        chance = Random(f"{self.seed}/live")
        gate = asyncio.Semaphore(AT_ONCE)
        begun = 0
        async with asyncio.TaskGroup() as visits:
            while pulse.visits is None or begun < pulse.visits:
                begun += 1
                await gate.acquire()
                minute = int(now() // 60)
                visitor = self._back(minute) or self._newcomer(world(), minute, chance)
                task = visits.create_task(self._come(world(), visitor, now, pulse))
                task.add_done_callback(lambda _: gate.release())
                await asyncio.sleep(chance.expovariate(pulse.a_second))

    async def settle(self, world: World, minute: int) -> bool:
        """Let those who still have something to tell try once more; whether all of it is told."""
        pace, chance = _replayed(minute), Random(self.seed)
        await asyncio.gather(*(Browser(v, world, pace, chance).send() for v in self.unsettled))
        self.unsettled = [v for v in self.unsettled if v.outbox]
        return not self.unsettled

    def _newcomers(self, world: World, hour: int, a_day: int, first: int) -> list[tuple[int, Visitor]]:
        chance = Random(f"{self.seed}/{hour}")
        day, weekday = hour // 24 - first // DAY, hour // 24 % 7
        busy = BY_HOUR[hour % 24] / sum(BY_HOUR) * (1.25 if weekday in (SATURDAY, SUNDAY) else 0.95)
        number = int(a_day * busy * (0.9 + 0.015 * day) + chance.random())
        minutes = [hour * HOUR + chance.randrange(HOUR) for _ in range(number)]
        return [(minute, self._newcomer(world, minute, chance)) for minute in minutes]

    def _newcomer(self, world: World, minute: int, chance: Random) -> Visitor:
        ledger = Ledger(f"{chance.getrandbits(32):08x}", world.day_at(minute))
        self.born += 1
        return Visitor(self.born, draw_person(chance), ledger)

    async def _visit(self, world: World, visitor: Visitor, pace: Pace) -> None:
        chance = Random(f"{self.seed}/{visitor.ledger.seed}/{visitor.visits}")
        browser = Browser(visitor, world, pace, chance)
        try:
            await visit_shop(browser)
        finally:
            visitor.visits += 1
            self.expired += browser.expired
            if visitor.outbox and not any(v is visitor for v in self.unsettled):
                self.unsettled = [*self.unsettled, visitor][-MOST_AWAITED:]

    async def _come(self, world: World, visitor: Visitor, now: Callable[[], float], pulse: Pulse) -> None:
        async def rest(for_s: float) -> None:
            await asyncio.sleep(for_s / pulse.hurry)

        await self._visit(world, visitor, Pace(lambda: int(now() // 60), rest))
        if sum(map(len, self.agenda.values())) < MOST_AWAITED:
            self._perhaps_again(visitor, int(now() // 60))

    def _perhaps_again(self, visitor: Visitor, minute: int) -> None:
        chance = Random(f"{self.seed}/{visitor.ledger.seed}/{visitor.visits}/again")
        if chance.random() < RETURNS:
            then = minute + SHORTEST_ABSENCE + int(chance.expovariate(1 / MEAN_FURTHER_ABSENCE))
            self.agenda.setdefault(then // HOUR, []).append((then, visitor))

    def _back(self, minute: int) -> Visitor | None:
        hour = min(self.agenda, default=minute)
        if hour > minute // HOUR:
            return None
        due = self.agenda[hour]
        _, visitor = due.pop()
        if not due:
            del self.agenda[hour]
        return visitor


def _when(visit: tuple[int, Visitor]) -> tuple[int, int]:
    minute, visitor = visit
    return minute, visitor.number


def _replayed(start: int) -> Pace:
    seconds = 0.0

    async def rest(for_s: float) -> None:
        nonlocal seconds
        seconds += for_s

    return Pace(lambda: start + int(seconds // 60), rest)
