"""What has to be there before everything starts: a link to sign in with, and for the demo a shop with a history.

May not know how roles run.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from cdn_publish.history import DamagedError
from cdn_publish.target import TargetError
from config_compiler.compiler import Compiled, Deployment, compile_site
from config_compiler.source import Source
from domain.artifact import digest_of
from ingest_grpc.wire.ports import UnavailableError as CountsUnavailableError
from leadbright.definition_folder import read_definition
from leadbright.demo.crowd import Crowd
from leadbright.demo.history import DAYS, MINUTE_MS, Clock, past_relay, replay
from leadbright.demo.live import CROWD_FILE, keep_memory
from leadbright.runtime import SnippetNotBuilt, load_runtime
from leadbright.settings import Settings
from leadbright.web_services import TargetPublisher
from leadbright.wiring.clock import now, now_ms
from leadbright.wiring.demo import SHOP
from leadbright.wiring.published import reading, target_of
from web.database import UnavailableError
from web.services import AlreadyLive, Note, Published
from web.store import Store, open_store

DEFINITION = Path(__file__).parent / "demo" / "definition"
NEWCOMERS_A_DAY = 330
SEED = "two weeks in autumn"
BY = "demo"


class CannotPrepareError(Exception):
    """Why it can't begin, in one line for the person at the terminal."""


async def prepare_house(settings: Settings) -> str:
    """Make a link that signs a person in once; its address."""
    async with _store(settings) as store:
        return await _link(store, settings)


async def prepare_demo(settings: Settings, say: Callable[[str], None]) -> str:
    """Publish the shop as it is defined now, give it a history the first time, and make a link to sign in."""
    settings_log = settings.data / "log"
    shutil.rmtree(settings_log, ignore_errors=True)
    settings_log.mkdir()
    async with _store(settings) as store:
        compiled = await _publish_shop(store, settings)
        counts = _database_file(settings.counts)
        if compiled is not None and counts is not None and not counts.exists():
            say(f"Replaying {DAYS} days of visitors, this once …")
            await _replay(compiled, counts, settings)
        return await _link(store, settings)


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    try:
        store = await open_store(settings.database, time.time, os.urandom)
        try:
            yield store
        finally:
            await store.close()
    except (UnavailableError, CountsUnavailableError, TargetError, DamagedError, TimeoutError, OSError) as error:
        raise CannotPrepareError(str(error) or "the past could not be replayed in time") from error
    except SnippetNotBuilt as error:
        raise CannotPrepareError(str(error)) from error


async def _link(store: Store, settings: Settings) -> str:
    return f"{settings.web_url}/sign-in/{await store.create_sign_in_link()}"


async def _publish_shop(store: Store, settings: Settings) -> Compiled | None:
    """Whatever was published last, for the addresses of today; None where the definition has since been broken."""
    entry = await store.site(SHOP)
    if entry is None:
        await store.save_definition(SHOP, read_definition(DEFINITION).files, BY)
        entry = await store.site(SHOP)
    found = await store.definition(SHOP, entry.published if entry else None)
    if found is None:
        return None
    compiled = compile_site(Source(found.files), None, load_runtime(), Deployment(settings.relay_url))
    if not isinstance(compiled, Compiled):
        return None
    publisher = TargetPublisher(target_of(settings), now)
    answer = await publisher.publish(compiled.artifacts, Note(BY, str(found.revision)))
    if not isinstance(answer, Published | AlreadyLive):
        raise CannotPrepareError(answer.why)
    await store.note_published(SHOP, found.revision, compiled.artifacts.digest)
    return compiled


async def _replay(compiled: Compiled, counts: Path, settings: Settings) -> None:
    """Into a file aside, which takes its place once the past is whole."""
    aside = settings.data / "replaying"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    crowd, clock = Crowd(SEED), Clock(now_ms() // MINUTE_MS)
    config = next(a.body for a in compiled.artifacts.artifacts if a.name == "config.json")
    read, origin = reading(target_of(settings)), settings.shop_listen.url
    async with past_relay(f"sqlite://{aside}/counts.db", aside / "journal", read, clock) as relay:
        await replay(crowd, compiled.plan, digest_of(config), origin, relay, clock, NEWCOMERS_A_DAY, lambda *_: None)
    keep_memory(settings.data / CROWD_FILE, crowd.agenda)
    (aside / "counts.db").replace(counts)
    await asyncio.to_thread(shutil.rmtree, aside)


def _database_file(url: str) -> Path | None:
    return Path(url.removeprefix("sqlite://")) if url.startswith("sqlite://") else None
