"""Releases under way: each a task of its own, so that nobody who goes away stops one, and whoever waits sees how far.

May not know what a release is made of. Known in this process alone, for a while; the release log knows for good.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum

from domain.names import SiteKey
from web.releasing.telling import Ending, Tone
from web.store import Clock

DEADLINE_S = 60.0
MOST = 500
"""Works that are remembered, those that ended included."""

_log = logging.getLogger("leadbright.web")


class Step(Enum):
    """What is being done, in order; the value is what a person reads."""

    WRITE = "Write the files, then point to them"
    TELL = "Tell the CDN, and note who did it"


@dataclass(slots=True)
class Work:
    """One release under way; `ending` is None until it has come to an end."""

    id: str
    site: SiteKey
    by: str
    what: str
    """Said while it goes on: `Publishing to staging`."""
    step: Step = Step.WRITE
    ending: Ending | None = None
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    def is_live(self) -> None:
        """Visitors load it; what is left is to tell others."""
        self.step = Step.TELL

    def end(self, ending: Ending) -> None:
        """It is over."""
        self.ending = ending
        self._ended.set()

    async def ended(self, within_s: float) -> bool:
        """Whether it is over, or is within so many seconds."""
        try:
            await asyncio.wait_for(self._ended.wait(), within_s)
        except TimeoutError:
            return False
        return True


BUSY = "Something is being released for this site just now. Wait until it is done"
"""What whoever comes second is told; goes on with what to do then."""

Doing = Callable[[Work], Awaitable[Ending]]

_TOO_LONG = Ending(
    Tone.WARNING,
    "It takes too long",
    "Whether it went live, the release history says. Nobody sees half of it.",
    is_certain=False,
)
_FAILED = Ending(
    Tone.BAD,
    "Something went wrong here",
    "It was noted. Whether it went live, the release history says.",
    is_certain=False,
)


class Works:
    """One per app; `close` ends what is under way, as a power cut would, which harms nobody."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = itertools.count()
        self._known: dict[str, Work] = {}
        self._tasks: dict[SiteKey, asyncio.Task[None]] = {}

    def begin(self, site: SiteKey, by: str, what: str, doing: Doing) -> Work | None:
        """Begin; None where something is under way for this site already."""
        if site in self._tasks:
            return None
        # Unlike any of an earlier process, of which an address may still speak.
        work = Work(f"{int(self._clock() * 1000)}-{next(self._numbers)}", site, by, what)
        self._known[work.id] = work
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        task = asyncio.create_task(_run(work, doing), name=f"release {site}")
        self._tasks[site] = task
        task.add_done_callback(lambda _: self._tasks.pop(site, None))
        return work

    def find(self, site: SiteKey, id_: str) -> Work | None:
        """A work of that site, under way or lately ended."""
        work = self._known.get(id_)
        return work if work is not None and work.site == site else None

    async def close(self) -> None:
        """End what is under way."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run(work: Work, doing: Doing) -> None:
    try:
        work.end(await asyncio.wait_for(doing(work), DEADLINE_S))
    except TimeoutError:
        work.end(_TOO_LONG)
    except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it was
        _log.error("a release failed", exc_info=error)
        work.end(_FAILED)
