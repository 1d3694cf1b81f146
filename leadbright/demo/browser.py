"""A simulated visitor's browser: tabs that share one ledger and one outbox, as the snippet's do through its cookie.

Each change is computed and written down together with its beacon, then sent, and dropped only once it is acknowledged;
what is left is sent again with the same nonce. May not know what visitors like or how letters travel.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

from domain import ledger as account
from domain.beacon import Entry
from domain.ledger import Ledger, Source, Step
from domain.names import EventName, GoalKey
from domain.plan import PageTest, Plan
from domain.targeting import decide, page_matches
from domain.visits import Visit
from leadbright.demo.letters import Answer, Letter, Post, write_body
from leadbright.demo.oracle import Achievement, Deed, Sighting, Viewing
from leadbright.demo.people import Person

Note = Callable[[int, str, Deed], None]
"""Takes a visitor's number and country, and what was done."""

OUTBOX = 4
DAY_MINUTES = 1440
NO_SOURCE = Source()


@dataclass(frozen=True, slots=True)
class World:
    """What every browser shares: the published plan, the site's calendar, the post, and who takes note."""

    plan: Plan
    digest: str
    origin: str
    """Scheme, host and port of the shop."""
    day_at: Callable[[int], int]
    """The site-local day of a minute since 1970 UTC."""
    post: Post
    note: Note
    """Told of every deed that is written down."""


def calendar(timezone: str) -> Callable[[int], int]:
    """The site-local day, counted from 1970-01-01, of a minute since 1970 UTC."""
    zone, first = ZoneInfo(timezone), date(1970, 1, 1).toordinal()

    @lru_cache(maxsize=4096)
    def day_at(minute: int) -> int:
        return datetime.fromtimestamp(minute * 60, zone).toordinal() - first

    return day_at


@dataclass(frozen=True, slots=True)
class Pace:
    """How time goes by for one visit: the minute (since 1970 UTC) that it is, and a way to let seconds pass."""

    minute: Callable[[], int]
    rest: Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pending:
    """A beacon not yet acknowledged."""

    nonce: str
    minute: int
    body: bytes


@dataclass(slots=True)
class Visitor:
    """One visitor: who they are, and all that their browser remembers between visits."""

    number: int
    person: Person
    ledger: Ledger
    outbox: list[Pending] = field(default_factory=list)
    visits: int = 0


@dataclass(slots=True)
class Browser:
    """A visitor's browser during one visit."""

    visitor: Visitor
    world: World
    pace: Pace
    chance: Random
    expired: int = 0
    """Beacons given up after a day."""

    async def load(self, path: str, source: Source = NO_SOURCE) -> None:
        """Open a page of the shop: the visit, the view, what is seen of experiments, and goals that are pages."""
        plan, url = self.world.plan, self.world.origin + path
        day, minute = self._day(), self.pace.minute()
        visitor = self.visitor
        decisions = decide(plan, Visit(url, now=minute), visitor.ledger.seed, visitor.ledger.assigned)
        steps: list[Callable[[Ledger], Step]] = [
            lambda ledger: account.visit(ledger, day),
            lambda ledger: account.view(ledger, minute, source),
        ]
        deeds: list[Deed] = [Viewing(minute, day)]
        for run, decision in decisions.items():
            if (variation := decision.variation) is not None:
                steps.append(lambda ledger, r=run, v=variation: account.expose(ledger, r, v))  # type: ignore[misc]
                deeds.append(Sighting(run, variation))
        for goal in plan.goals:
            if isinstance(goal.what, PageTest) and page_matches(goal.what, url):
                steps.append(self._converting(goal.key, 0))
                deeds.append(Achievement(goal.key, 0))
        await self._tell(path, steps, deeds)

    async def click(self, path: str, selector: str) -> None:
        """Click on what a goal of the plan names."""
        reached = [g.key for g in self.world.plan.goals if g.trigger == "click" and g.what == selector]
        if reached:
            await self._tell(path, [self._converting(g, 0) for g in reached], [Achievement(g, 0) for g in reached])

    async def happen(self, path: str, name: str, amount: float = 0) -> None:
        """Let the page report an event, with an amount in the goal's currency."""
        event = EventName(name)
        steps: list[Callable[[Ledger], Step]] = [lambda ledger: account.happen(ledger, event)]
        deeds: list[Deed] = []
        for goal in account.goals_of_event(self.world.plan, event):
            worth = account.minor_units(amount, goal.digits) if goal.property else 0
            steps.append(self._converting(goal.key, worth))
            deeds.append(Achievement(goal.key, worth))
        await self._tell(path, steps, deeds)

    async def send(self) -> None:
        """Send whatever is not acknowledged yet, oldest first."""
        for pending in tuple(self.visitor.outbox):
            letter = Letter(pending.nonce, pending.body, self.visitor.person)
            if await self.world.post(letter) is not Answer.LOST:
                self.visitor.outbox = [p for p in self.visitor.outbox if p.nonce != pending.nonce]

    def _converting(self, goal: GoalKey, amount: int) -> Callable[[Ledger], Step]:
        return lambda ledger: account.convert(ledger, self.world.plan, goal, amount)

    async def _tell(self, path: str, steps: Sequence[Callable[[Ledger], Step]], deeds: Sequence[Deed]) -> None:
        self._drop_expired()
        if len(self.visitor.outbox) >= OUTBOX:
            await self.send()
        if len(self.visitor.outbox) < OUTBOX:
            self._write(path, steps, deeds)
        await self.send()

    def _write(self, path: str, steps: Sequence[Callable[[Ledger], Step]], deeds: Sequence[Deed]) -> None:
        # No await in here: computing and writing down stand under the snippet's lock.
        visitor = self.visitor
        entries: list[Entry] = []
        for step in steps:
            visitor.ledger, more = step(visitor.ledger)
            entries.extend(more)
        session = visitor.ledger.session
        source = session.source if session is not None else NO_SOURCE
        body = write_body(self.world.digest, self._day(), path, source, entries)
        nonce = base64.urlsafe_b64encode(self.chance.randbytes(16)).decode().rstrip("=")
        visitor.outbox.append(Pending(nonce, self.pace.minute(), body))
        for deed in deeds:
            self.world.note(visitor.number, visitor.person.country, deed)

    def _day(self) -> int:
        return self.world.day_at(self.pace.minute())

    def _drop_expired(self) -> None:
        fresh = [p for p in self.visitor.outbox if self.pace.minute() - p.minute < DAY_MINUTES]
        self.expired += len(self.visitor.outbox) - len(fresh)
        self.visitor.outbox = fresh
