"""What commits add, told to whoever is looking at a site right now.

A listener that is slow hears several commits as one: nothing is lost and nothing piles up. May not know the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager

from domain.names import SiteKey
from domain.report import LiveCounts
from domain.tally import TOTAL, Tally

NOTHING = LiveCounts(0, 0, 0, 0)


class _Listener:
    """What one listener has not heard yet."""

    def __init__(self) -> None:
        self.pending = NOTHING
        self.news = asyncio.Event()

    def tell(self, added: LiveCounts) -> None:
        self.pending = _sum(self.pending, added)
        self.news.set()

    async def hear(self) -> LiveCounts:
        await self.news.wait()
        self.news.clear()
        heard, self.pending = self.pending, NOTHING
        return heard


class Broadcast:
    """From each commit to the listeners of its sites, within one process."""

    def __init__(self) -> None:
        self._listeners: dict[SiteKey, set[_Listener]] = {}
        self._closed = False

    def publish(self, tally: Tally) -> None:
        """Tell what a commit added."""
        if self._listeners:
            for site, added in additions(tally).items():
                for listener in self._listeners.get(site, ()):
                    listener.tell(added)

    async def listen(self, site: SiteKey) -> AsyncGenerator[LiveCounts, None]:
        """What is added to a site from now on, until the broadcast is closed."""
        with self._listening(site) as listener:
            while not self._closed:
                heard = await listener.hear()
                if heard != NOTHING:
                    yield heard

    def close(self) -> None:
        """End every listener's stream."""
        self._closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.news.set()

    @contextmanager
    def _listening(self, site: SiteKey) -> Iterator[_Listener]:
        listener = _Listener()
        self._listeners.setdefault(site, set()).add(listener)
        try:
            yield listener
        finally:
            self._listeners[site].discard(listener)
            if not self._listeners[site]:
                del self._listeners[site]


def additions(tally: Tally) -> dict[SiteKey, LiveCounts]:
    """What a tally adds to each site."""
    sites: dict[SiteKey, LiveCounts] = {}
    for cell, sums in tally.cells.items():
        if cell.dimension == TOTAL:
            added = _counted(cell.what.split("/"), sums.n, sums.conversions)
            if added is not None:
                sites[cell.site] = _sum(sites.get(cell.site, NOTHING), added)
    return sites


def _counted(what: list[str], n: int, conversions: int) -> LiveCounts | None:
    match what:
        case ["visitors"]:
            return LiveCounts(n, 0, 0, 0)
        case ["views"]:
            return LiveCounts(0, n, 0, 0)
        case ["exposed", _, _]:
            return LiveCounts(0, 0, n, 0)
        case ["converted", _]:
            return LiveCounts(0, 0, 0, conversions)
        case _:
            return None


def _sum(a: LiveCounts, b: LiveCounts) -> LiveCounts:
    return LiveCounts(
        a.visitors + b.visitors, a.views + b.views, a.exposures + b.exposures, a.conversions + b.conversions
    )
