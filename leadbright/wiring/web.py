"""The web from its parts.

May not know settings that are another role's.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from config_compiler.compiler import Deployment
from ingest_grpc.wire.report import ReportClient
from leadbright.guard import Guard, guarding
from leadbright.papers import aggregator_channel
from leadbright.purging import cdn_teller, front_of_settings
from leadbright.runtime import load_runtime
from leadbright.serving import serving
from leadbright.settings import Settings
from leadbright.sweeping import sweeping
from leadbright.watching import Post
from leadbright.web_services import AnsweredReports, TargetPublisher, load_htmx
from leadbright.wiring.clock import now
from leadbright.wiring.published import target_of
from web.app import create_app
from web.services import Services
from web.store import open_store


@asynccontextmanager
async def web(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The web pages, serving; the event is never set."""
    async with AsyncExitStack() as parts:
        store = await open_store(settings.database, time.time, os.urandom)
        parts.push_async_callback(store.close)
        channel = aggregator_channel(settings)
        parts.push_async_callback(channel.close)
        target, reports = target_of(settings), ReportClient(channel)
        minutes = settings.guard or 0
        tell_cdn = cdn_teller(front_of_settings(settings, os.environ), now)
        guard = Guard(Post(target, reports.health, now, asyncio.sleep, tell_cdn), minutes * 60.0)
        if minutes:
            await parts.enter_async_context(guarding(guard, settings.cdn_folder))
        if settings.clean == "on":
            await parts.enter_async_context(sweeping(target, now))
        services = Services(
            store=store,
            reports=AnsweredReports(reports),
            publisher=TargetPublisher(target, now, tell_cdn, guard.notice if minutes else None),
            runtime=load_runtime(),
            deployment=Deployment(settings.relay_url),
            cdn_base=settings.cdn_base,
            web_url=settings.web_url,
            htmx=load_htmx(),
            clock=time.time,
        )
        await parts.enter_async_context(serving(create_app(services), settings.web_listen))
        yield asyncio.Event()
