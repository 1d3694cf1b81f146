"""The web from its parts.

May not know settings that are another role's.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from config_compiler.compiler import Deployment
from ingest_grpc.wire.report import ReportClient
from leadbright.papers import aggregator_channel
from leadbright.purging import front_of_settings
from leadbright.runtime import load_runtime
from leadbright.serving import serving
from leadbright.settings import Settings
from leadbright.web_services import AnsweredReports, TargetPublisher, load_htmx
from leadbright.wiring.clock import now
from leadbright.wiring.published import target_of
from web.app import create_app
from web.openid.flow import OpenId
from web.openid.net import Net
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
        transport = await parts.enter_async_context(httpx.AsyncHTTPTransport())
        services = Services(
            store=store,
            reports=AnsweredReports(ReportClient(channel)),
            publisher=TargetPublisher(target_of(settings), now, front_of_settings(settings, os.environ)),
            runtime=load_runtime(),
            deployment=Deployment(settings.relay_url),
            cdn_base=settings.cdn_base,
            web_url=settings.web_url,
            openid=OpenId(settings.providers, Net(transport), store.attempts, time.time, os.urandom, settings.web_url),
            is_open=settings.sign_up == "open",
            htmx=load_htmx(),
            clock=time.time,
        )
        await parts.enter_async_context(serving(create_app(services), settings.web_listen))
        yield asyncio.Event()
