"""What has to be there before the demo starts: the shop published, and the first time a history.

May not know how roles run.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from cdn_publish.layout import Environment, Place
from cdn_publish.pointer import read_pointer
from cdn_publish.target import TargetError
from config_compiler.compiler import Compiled, Deployment, compile_site
from config_compiler.source import Source
from domain.artifact import digest_of
from ingest_grpc.aggregator.store import open_store as open_counts
from ingest_grpc.wire.ports import UnavailableError
from leadbright.definition_folder import read_definition
from leadbright.demo.crowd import Crowd
from leadbright.demo.history import DAYS, MINUTE_MS, Clock, past_relay, replay
from leadbright.demo.live import CROWD_FILE, keep_memory
from leadbright.demo.site import DEFINITION, SHOP
from leadbright.plan_file import read_plan
from leadbright.preparing import CannotPrepareError, memory, new_link
from leadbright.runtime import SnippetNotBuilt, load_runtime
from leadbright.settings import Settings
from leadbright.web_publisher import TargetPublisher
from leadbright.wiring.clock import now, now_ms
from leadbright.wiring.published import reading, target_of
from web.services import AlreadyLive, Note, Published, PublishFailed, Unfinished
from web.store import Store

NEWCOMERS_A_DAY = 300
SEED = "two weeks in autumn"
BY = "demo"


async def prepare_demo(settings: Settings) -> str:
    """Publish the shop as it was defined last, and make a link to sign in with. Raises CannotPrepareError."""
    log = settings.data / "log"
    shutil.rmtree(log, ignore_errors=True)
    log.mkdir()
    async with memory(settings) as store:
        await _publish_shop(store, settings)
        return await new_link(store, settings)


async def remember(settings: Settings, say: Callable[[str], None]) -> None:
    """Give the counts a past, the first time, while no aggregator has them open. Raises CannotPrepareError."""
    counts = _database_file(settings.counts)
    if counts is None or counts.exists():
        return
    config = await reading(target_of(settings))(Place(Environment.PRODUCTION, SHOP).pointer("config.json"))
    if config is None:
        return
    say(f"Replaying {DAYS} days of visitors, this once …")
    try:
        await _replay(read_pointer("config.json", config).body, counts, settings)
    except TimeoutError as error:
        raise CannotPrepareError("the past could not be replayed in time") from error
    except (UnavailableError, TargetError) as error:
        raise CannotPrepareError(str(error)) from error


async def _publish_shop(store: Store, settings: Settings) -> None:
    """Whatever was published last, for the addresses of today; nothing where its definition does not compile."""
    entry = await store.site(SHOP)
    if entry is None:
        await store.save_definition(SHOP, read_definition(DEFINITION).files, BY)
    found = await store.definition(SHOP, entry.published if entry else None)
    if found is None:
        return
    try:
        runtime = load_runtime()
        compiled = compile_site(Source(found.files), None, runtime, Deployment(settings.relay_url))
    except SnippetNotBuilt as error:
        raise CannotPrepareError(str(error)) from error
    if not isinstance(compiled, Compiled):
        return
    publisher = TargetPublisher(target_of(settings), now, runtime)
    answer = await publisher.publish(compiled.artifacts, Note(BY, str(found.revision)))
    if not isinstance(answer, Published | AlreadyLive):
        why = (
            answer.why
            if isinstance(answer, PublishFailed | Unfinished)
            else "somebody else publishes the demo shop just now"
        )
        raise CannotPrepareError(why)
    await store.note_published(SHOP, found.revision, compiled.artifacts.digest)


async def _replay(config: bytes, counts: Path, settings: Settings) -> None:
    """Into a file aside, which takes its place once the past is whole."""
    aside = settings.data / "replaying"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    crowd, clock = Crowd(SEED), Clock(now_ms() // MINUTE_MS)
    plan = read_plan(config)
    read, origin = reading(target_of(settings)), settings.shop_listen.url
    async with past_relay(f"sqlite://{aside}/counts.db", aside / "journal", read, clock) as relay:
        await replay(crowd, plan, digest_of(config), origin, relay, clock, NEWCOMERS_A_DAY, lambda *_: None)
    await _make_whole(aside / "counts.db")
    keep_memory(settings.data / CROWD_FILE, crowd.agenda)
    (aside / "counts.db").replace(counts)
    await asyncio.to_thread(shutil.rmtree, aside)


async def _make_whole(database: Path) -> None:
    """Have the write-ahead log taken into the file, so that the file can be moved alone. Raises CannotPrepareError."""
    for _ in range(3):
        if not database.with_name(f"{database.name}-wal").exists():
            return
        await (await open_counts(f"sqlite://{database}")).close()
    raise CannotPrepareError(f"another process holds {database} open")


def _database_file(url: str) -> Path | None:
    return Path(url.removeprefix("sqlite://")) if url.startswith("sqlite://") else None
