"""The web from its parts.

May not know settings that are another role's.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from config_compiler.compiler import Deployment, Runtime
from domain.address import Proxies
from domain.artifact import ArtifactSet
from ingest_grpc.wire.report import ReportClient
from leadbright.doubts import Refused
from leadbright.guard import Guard, guarding
from leadbright.inspecting import inspect
from leadbright.papers import aggregator_channel
from leadbright.purging import cdn_teller, front_of_settings
from leadbright.remembering import remembering
from leadbright.runtime import load_runtime
from leadbright.serving import serving
from leadbright.settings import Settings
from leadbright.sweeping import sweeping
from leadbright.watching import Post
from leadbright.web_publisher import TargetPublisher
from leadbright.web_services import AnsweredReports, load_htmx
from leadbright.wiring.clock import now
from leadbright.wiring.published import target_of
from web.app import create_app
from web.openid.flow import OpenId
from web.openid.net import Net
from web.services import Services
from web.store import open_store
from web.tries import Allowed, entrances


@asynccontextmanager
async def web(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The web pages, serving; the event is never set."""
    async with AsyncExitStack() as parts:
        store = await open_store(settings.database, time.time, os.urandom)
        parts.push_async_callback(store.close)
        channel = aggregator_channel(settings)
        parts.push_async_callback(channel.close)
        transport = await parts.enter_async_context(httpx.AsyncHTTPTransport())
        target, reports = target_of(settings), ReportClient(channel)
        minutes = settings.guard or 0
        tell_cdn = cdn_teller(front_of_settings(settings, os.environ), now)
        post = Post(target, reports.health, now, asyncio.sleep, tell_cdn)
        guard = Guard(post, minutes * 60.0, remembering(store, time.time))
        if minutes:
            await parts.enter_async_context(guarding(guard, settings.cdn_folder))
        if settings.clean == "on":
            await parts.enter_async_context(sweeping(target, now))
        runtime = load_runtime()
        services = Services(
            store=store,
            reports=AnsweredReports(reports),
            publisher=TargetPublisher(
                target, now, runtime, tell_cdn, guard.notice if minutes else None, _refusal(runtime)
            ),
            runtime=runtime,
            deployment=Deployment(settings.relay_url),
            cdn_base=settings.cdn_base,
            web_url=settings.web_url,
            openid=OpenId(settings.providers, Net(transport), store.attempts, time.time, os.urandom, settings.web_url),
            is_open=settings.sign_up == "open",
            entrances=entrances(
                Allowed(settings.tries, settings.tries_of_all), Proxies(settings.trusted_proxies), time.time, os.urandom
            ),
            htmx=load_htmx(),
            clock=time.time,
        )
        await parts.enter_async_context(serving(create_app(services), settings.web_listen))
        yield asyncio.Event()


def _refusal(runtime: Runtime) -> Callable[[ArtifactSet], Refused | None]:
    def refuse(artifacts: ArtifactSet) -> Refused | None:
        found = inspect(artifacts, runtime)
        return found if isinstance(found, Refused) else None

    return refuse
