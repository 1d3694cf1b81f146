"""What is added to a site's counts while somebody looks, whichever aggregator commits it.

The database is asked what a site has come to; each difference is told once. A commit of this process is heard of
within GAP_S, one of another within LOOK_S. May not know how counts got there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from domain.names import SiteKey
from domain.report import LiveCounts
from ingest_grpc.aggregator.dialect import Row

LOOK_S = 1.0
GAP_S = 0.2
"""Between two looks at least, however fast commits follow each other."""

BACK_DAYS = 10
"""No beacon is counted for a day that lies further before a site's latest: sealing and backlog allow for six."""

Read = Callable[[str, Sequence[object]], Awaitable[list[Row]]]
"""The rows of one SELECT. Raises UnavailableError."""

_LATEST = "SELECT COALESCE(MAX(day), 0) AS day FROM counts_cell WHERE site = ? AND dimension = ''"

_KINDS = {
    "visitors": ("n", "what = 'visitors'"),
    "views": ("n", "what = 'views'"),
    "exposures": ("n", "what >= 'exposed/' AND what < 'exposed0'"),
    # A goal's own cell: those of its experiments have more of a path.
    "conversions": (
        "conversions",
        "what >= 'converted/' AND what < 'converted0' AND what NOT LIKE 'converted/%/%'",
    ),
}
_SUMS = ", ".join(
    f"CAST(COALESCE(SUM(CASE WHEN {which} THEN {column} END), 0) AS bigint) AS {kind}"
    for kind, (column, which) in _KINDS.items()
)
_TOTALS = f"SELECT {_SUMS} FROM counts_cell WHERE site = ? AND dimension = '' AND day >= ?"  # noqa: S608 - our own words


class Bell:
    """Rung for each site that a commit of this process adds to."""

    def __init__(self) -> None:
        self.is_closed = False
        self._listeners: dict[SiteKey, set[asyncio.Event]] = {}

    def ring(self, sites: Iterable[SiteKey]) -> None:
        """Wake whoever looks at one of them."""
        if self._listeners:
            for site in set(sites):
                for news in self._listeners.get(site, ()):
                    news.set()

    def close(self) -> None:
        """Wake everybody, for good."""
        self.is_closed = True
        self.ring(list(self._listeners))

    @contextmanager
    def hearing(self, site: SiteKey) -> Iterator[asyncio.Event]:
        """Set whenever the bell is rung for a site; whoever hears it clears it."""
        news = asyncio.Event()
        self._listeners.setdefault(site, set()).add(news)
        try:
            yield news
        finally:
            self._listeners[site].discard(news)
            if not self._listeners[site]:
                del self._listeners[site]


async def listen(
    read: Read, bell: Bell, site: SiteKey, look_s: float = LOOK_S, gap_s: float = GAP_S
) -> AsyncGenerator[LiveCounts, None]:
    """What is added from now on, until the bell is closed; a slow listener hears it as one. Raises UnavailableError."""
    with bell.hearing(site) as news:
        first = (await read(_LATEST, (site,)))[0][0] - BACK_DAYS
        before = await _totals(read, site, first)
        while not bell.is_closed:
            with suppress(TimeoutError):
                async with asyncio.timeout(look_s):
                    await news.wait()
            if not bell.is_closed:
                await asyncio.sleep(gap_s)
            news.clear()
            if bell.is_closed:
                return
            now = await _totals(read, site, first)
            added = [new - old for new, old in zip(now, before, strict=True)]
            # Less than before: the database was restored, and what comes is counted from there.
            if min(added) >= 0 and any(added):
                yield LiveCounts(*added)
            before = now


async def _totals(read: Read, site: SiteKey, first: int) -> Row:
    return (await read(_TOTALS, (site, first)))[0]
