"""The guard of a running Leadbright: watches every release that goes live, each on its own, a bounded number at once.

May not know what speaks against a release.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog

from cdn_publish.history import DamagedError
from cdn_publish.layout import LOG, Environment, Place
from cdn_publish.release import releases
from cdn_publish.target import TargetError
from domain.names import SiteKey, is_key
from leadbright.watching import Overtaken, Post, RolledBack, said, watch

MOST = 256
"""Releases watched at once; what comes on top waits to be found again, and the log says so."""

SCAN_S = 10.0
AGAIN_S = 15.0
"""Until a target is asked again that could not be read."""


@dataclass(slots=True)
class Guard:
    """Watches what is live in production; `close` ends every watch."""

    post: Post
    for_s: float
    remember: Callable[[SiteKey, RolledBack], Awaitable[None]]
    """Keeps what the guard did where people look for who did what."""
    most: int = MOST
    _tasks: dict[SiteKey, asyncio.Task[None]] = field(default_factory=dict)
    _is_full: bool = False

    def notice(self, site: SiteKey) -> bool:
        """Something went live: watch it. False where a watch of the site is under way, or there are too many."""
        if site in self._tasks:
            return False
        if len(self._tasks) >= self.most:
            if not self._is_full:  # said once, not for each of ten thousand sites
                structlog.get_logger().warning("not every release can be watched", site=site, count=self.most)
            self._is_full = True
            return False
        self._is_full = False
        task = asyncio.create_task(self._watch(site), name=f"guard {site}")
        self._tasks[site] = task
        task.add_done_callback(lambda _: self._tasks.pop(site, None))
        return True

    @property
    def watched(self) -> frozenset[SiteKey]:
        """The sites of which a release is watched just now."""
        return frozenset(self._tasks)

    async def close(self) -> None:
        """End every watch; what is live stays."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, site: SiteKey) -> None:
        """Watch release after release until one is watched to its end."""
        place = Place(Environment.PRODUCTION, site)
        until = self.post.now() + timedelta(seconds=self.for_s)
        while True:
            try:
                while left := await self._live(place):
                    number, for_s = left
                    ended = await watch(self.post, place, number, for_s)
                    structlog.get_logger().info("a watch ended", site=site, release=number, why=said(ended))
                    if isinstance(ended, RolledBack):
                        await self.remember(site, ended)
                    if not isinstance(ended, Overtaken):
                        return
                return
            except (TargetError, DamagedError) as error:
                structlog.get_logger().warning("a release cannot be watched", site=site, why=str(error))
            if self.post.now() >= until:
                return
            await self.post.pause(AGAIN_S)

    async def _live(self, place: Place) -> tuple[int, float] | None:
        """The number of the live release, and for how many more seconds it is to be watched; None for not at all."""
        live = (await releases(self.post.target, place.environment, place.site)).history.live
        left = self.for_s - (self.post.now() - live.at).total_seconds() if live else 0.0
        return (live.number, min(left, self.for_s)) if live and left > 0.0 else None


@asynccontextmanager
async def guarding(guard: Guard, folder: Path | None, scan_s: float = SCAN_S) -> AsyncIterator[None]:
    """Guard for as long as the context lasts; where releases go to a folder, whoever made them."""
    task = asyncio.create_task(_scan(guard, folder, scan_s), name="guard scan") if folder else None
    try:
        yield
    finally:
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await guard.close()


async def _scan(guard: Guard, folder: Path, scan_s: float) -> None:
    """Notice every release log that is written, those of the last while included."""
    noticed: dict[SiteKey, int] = {}
    while True:
        since = guard.post.now().timestamp() - guard.for_s
        try:
            written = await asyncio.to_thread(logs_since, folder, since)
        except OSError as error:
            structlog.get_logger().warning("releases are not looked for", error=type(error).__name__)
            written = {}
        for site, at in written.items():
            if noticed.get(site) != at and guard.notice(site):
                noticed[site] = at
        noticed = {site: at for site, at in noticed.items() if site in written}
        await asyncio.sleep(scan_s)


def logs_since(folder: Path, since_s: float) -> dict[SiteKey, int]:
    """When each release log of a folder was written, of those written since. Raises OSError."""
    sites = folder / Environment.PRODUCTION
    if not sites.is_dir():
        return {}
    found: dict[SiteKey, int] = {}
    with os.scandir(sites) as entries:
        for entry in entries:
            with suppress(FileNotFoundError, NotADirectoryError):  # no site, or one that is just being made
                written = (Path(entry.path) / LOG).stat()
                if is_key(entry.name) and written.st_mtime >= since_s:
                    found[SiteKey(entry.name)] = written.st_mtime_ns
    return found
