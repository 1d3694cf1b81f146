"""The crowd as time goes by: what is published decides what its visitors see, and they come back another day.

May not know settings or how roles are started.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
import structlog

from cdn_publish.pointer import read_pointer
from domain.artifact import digest_of
from domain.names import SiteKey
from leadbright.demo.browser import Visitor, World, calendar
from leadbright.demo.couriers import over_http
from leadbright.demo.crowd import Crowd, Pulse
from leadbright.plan_file import read_plan

PULSE = Pulse(a_second=1.5)
CROWD_FILE = "crowd.json"
LOOK_S = 15.0
"""How often the crowd's browsers see what is published anew."""

Agenda = dict[int, list[tuple[int, Visitor]]]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things are: scheme, host and port each, the CDN with its prefix."""

    shop: str
    relay: str
    cdn: str


@asynccontextmanager
async def crowd_coming(site: SiteKey, at: Addresses, memory: Path) -> AsyncIterator[asyncio.Event]:
    """Visitors come for as long as the context lasts; the event is set where they can't any more.

    Those who will come back are kept in the file `memory` until then.
    """
    gone = asyncio.Event()
    # A new seed each time: nonces of an earlier crowd would be taken for repeats.
    crowd = Crowd(secrets.token_hex(8), agenda=take_memory(memory))
    async with httpx.AsyncClient() as client:
        task = asyncio.create_task(_come(crowd, client, site, at))
        task.add_done_callback(lambda _: gone.set())
        try:
            yield gone
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            keep_memory(memory, crowd.agenda)


def take_memory(path: Path) -> Agenda:
    """Whoever is awaited back. The file goes: after a crash its visitors would repeat what they have told since."""
    try:
        body = path.read_bytes()
        path.unlink()
        return msgspec.json.decode(body, type=Agenda)
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def keep_memory(path: Path, agenda: Agenda) -> None:
    """Write down whoever is awaited back."""
    aside = path.with_suffix(".new")
    aside.write_bytes(msgspec.json.encode(agenda))
    aside.replace(path)


async def _come(crowd: Crowd, client: httpx.AsyncClient, site: SiteKey, at: Addresses) -> None:
    worlds = [await _first_look(client, site, at)]

    async def look_again() -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            with suppress(httpx.HTTPError, ValueError):
                worlds[0] = await _look(client, site, at)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(look_again())
        tasks.create_task(crowd.live(lambda: worlds[0], time.time, PULSE))


async def _first_look(client: httpx.AsyncClient, site: SiteKey, at: Addresses) -> World:
    while True:
        try:
            return await _look(client, site, at)
        except (httpx.HTTPError, ValueError) as error:
            structlog.get_logger().warning("nothing is published yet", site=site, error=type(error).__name__)
            await asyncio.sleep(1.0)


async def _look(client: httpx.AsyncClient, site: SiteKey, at: Addresses) -> World:
    answer = await client.get(f"{at.cdn}/production/{site}/config.json", timeout=5.0)
    body = read_pointer("config.json", answer.raise_for_status().content).body
    plan = read_plan(body)
    post = over_http(client, at.relay, site, at.shop)
    return World(plan, digest_of(body), at.shop, calendar(plan.timezone), post, lambda *_: None)
