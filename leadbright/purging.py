"""Tells the CDN of the settings, over real HTTP, that a site has a new release.

May not know how any CDN is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import httpx
import structlog

from cdn_publish.layout import Place
from cdn_publish.purging.asking import Answer, Asking, NoAnswerError, Request, Send
from cdn_publish.purging.cdn import Cdn
from cdn_publish.purging.opening import NONE, BadCdn, open_cdn
from cdn_publish.purging.telling import NotTold, Told, tell_of_all

if TYPE_CHECKING:
    from leadbright.settings import Settings

ANSWER_S = 10.0
"""How long one answer may take."""

PURGE_DEADLINE_S = 10.0

SETTING, BASE = "LEADBRIGHT_PURGE", "LEADBRIGHT_CDN_BASE"


@dataclass(frozen=True, slots=True)
class Front:
    """What stands in front of the target: the CDN to tell, and where browsers read."""

    cdn: Cdn
    base: str


def front_of(environment: Mapping[str, str]) -> Front | BadCdn | None:
    """The CDN that the variables name, None where there is none to tell."""
    opened = open_cdn(environment.get(SETTING) or NONE, environment)
    if not isinstance(opened, Cdn):
        return BadCdn(f"{SETTING}: {opened.reason}") if opened else None
    base = environment.get(BASE, "")
    if not base.startswith(("http://", "https://")):
        return BadCdn(f"{SETTING} needs {BASE}: where browsers read what is published, such as https://cdn.example")
    return Front(opened, base)


def front_of_settings(settings: Settings, environment: Mapping[str, str]) -> Front | None:
    """The same from settings, which have been read; the environment has the credentials."""
    opened = open_cdn(settings.purge or NONE, environment)
    return Front(opened, settings.cdn_base) if isinstance(opened, Cdn) else None


async def purge(front: Front, place: Place, at: datetime) -> Told | NotTold:
    """Tell the CDN about one site; well within two minutes, after which it would ask by itself."""
    return await purge_all(front, [place], at)


async def purge_all(front: Front, places: Sequence[Place], at: datetime) -> Told | NotTold:
    """The same for many sites."""
    async with sender() as send:
        return await tell_of_all(front.cdn, front.base, places, at, Asking(send, asyncio.sleep))


def cdn_teller(front: Front | None, now: Callable[[], datetime]) -> Callable[[Place], Awaitable[Told | NotTold | None]]:
    """Tells the CDN in front that a site has a new release, which stands whatever the CDN says to it.

    The answer is None where there is no CDN.
    """

    async def tell(place: Place) -> Told | NotTold | None:
        if front is None:
            return None
        try:
            async with asyncio.timeout(PURGE_DEADLINE_S):
                told = await purge(front, place, now())
        except TimeoutError:
            told = NotTold(f"{front.cdn.name} does not answer in time")
        if isinstance(told, NotTold):  # it will ask by itself within two minutes
            structlog.get_logger().warning("the CDN was not told of a release", site=place.site, why=told.why)
        return told

    return tell


@asynccontextmanager
async def sender() -> AsyncIterator[Send]:
    """Sends requests over HTTP, and follows no redirection with credentials in hand."""
    async with httpx.AsyncClient(timeout=ANSWER_S, follow_redirects=False) as client:

        async def send(request: Request) -> Answer:
            headers = dict(request.headers)
            try:
                async with asyncio.timeout(ANSWER_S):
                    found = await client.request(request.method, request.url, content=request.body, headers=headers)
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
                raise NoAnswerError from error
            return Answer(found.status_code, found.content, {k.lower(): v for k, v in found.headers.items()})

        yield send
