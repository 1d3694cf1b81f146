"""The relay from its parts, the embedded CDN with it.

May not know settings that are another role's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from ingest_grpc.relay.address import Countries, Proxies, no_countries, open_countries
from ingest_grpc.relay.app import create_app
from ingest_grpc.relay.disk import FolderDisk
from ingest_grpc.relay.relay import Relay, RelaySettings, Seams
from ingest_grpc.wire.aggregation import AggregationClient
from ingest_grpc.wire.channel import open_channel
from leadbright.data_folder import held
from leadbright.serving import serving
from leadbright.settings import Settings
from leadbright.wiring.clock import now_ms
from leadbright.wiring.published import reading, serving_files, target_of


@asynccontextmanager
async def relay(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The relay, serving beacons and, where releases go to a folder, the CDN; the event is set when its disk fails."""
    async with AsyncExitStack() as parts:
        target = target_of(settings)
        parts.enter_context(held(settings.data / "journal.lock"))
        disk = FolderDisk(settings.data / "journal")
        parts.callback(disk.close)
        channel = open_channel([str(address) for address in settings.aggregator])
        parts.push_async_callback(channel.close)
        seams = Seams(
            disk=disk,
            aggregation=AggregationClient(channel),
            read=reading(target),
            clock=now_ms,
            randomness=os.urandom,
            countries=_countries(settings),
        )
        taking = Relay(seams, RelaySettings(name=settings.relay_name))
        app = create_app(
            taking,
            proxies=Proxies(settings.trusted_proxies, settings.country_header or ""),
            serve=serving_files(target) if settings.cdn_folder else None,
        )
        await parts.enter_async_context(serving(app, settings.relay_listen))
        yield taking.broken


def _countries(settings: Settings) -> Countries:
    return open_countries(settings.country_db) if settings.country_db else no_countries
