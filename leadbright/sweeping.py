"""Takes old releases' files away once a day, for every site in the publish target; never what `cleaning.py` keeps.

May not know which files those are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from cdn_publish.cleaning import clean, published_sites
from cdn_publish.history import DamagedError
from cdn_publish.layout import Place
from cdn_publish.target import Target, TargetError

FIRST_S = 3600.0
"""From the start to the first time; a role that is started anew all the time has other things to do."""
PERIOD_S = 86_400.0
SITE_S = 300.0
"""How long one site may take."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Swept:
    """How many sites were looked at, how many releases' files are gone, and how many sites could not be cleaned."""

    sites: int
    taken: int
    failed: int


async def sweep(target: Target, at: datetime) -> Swept:
    """Clean every site. One that can't be cleaned is left as it is and does not keep the others. Raises TargetError."""
    places = await published_sites(target)
    taken = [await _swept(target, place, at) for place in places]
    failed = taken.count(None)
    return Swept(len(places), sum(each or 0 for each in taken), failed)


async def _swept(target: Target, place: Place, at: datetime) -> int | None:
    try:
        async with asyncio.timeout(SITE_S):
            return len(await clean(target, place, at))
    except (TargetError, DamagedError, TimeoutError) as error:
        _log.warning(
            "a site's old files can't be taken away",
            site=place.site,
            environment=place.environment,
            error=type(error).__name__,
        )
        return None


@asynccontextmanager
async def sweeping(
    target: Target, now: Callable[[], datetime], pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> AsyncIterator[None]:
    """Sweep once a day for as long as the context lasts."""
    task = asyncio.create_task(_sweep_for_ever(target, now, pause), name="sweep")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _sweep_for_ever(
    target: Target, now: Callable[[], datetime], pause: Callable[[float], Awaitable[None]]
) -> None:
    await pause(FIRST_S)
    while True:
        try:
            swept = await sweep(target, now())
        except TargetError as error:
            _log.warning("old files can't be taken away", error=type(error).__name__)
        else:
            _log.info("old releases' files are gone", count=swept.taken)
        await pause(PERIOD_S)
