"""The relay from its parts, the embedded CDN with it.

May not know settings that are another role's.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from domain.address import Proxies
from domain.signature import site_secret
from ingest_grpc.relay.address import Countries, CountryFile, no_countries
from ingest_grpc.relay.app import create_app
from ingest_grpc.relay.disk import FolderDisk
from ingest_grpc.relay.relay import Relay, RelaySettings, Seams
from ingest_grpc.wire.aggregation import AggregationClient
from ingest_grpc.wire.report import ReportClient
from ingest_grpc.wire.trace import Kind, TracedAggregation
from leadbright.data_folder import held
from leadbright.journals import FIRST, former_journals, journal_of, take_over
from leadbright.metrics import metrics_served
from leadbright.papers import aggregator_channel, https_context, watched
from leadbright.proving import ProofMetrics, course_of, proof_site, proving, with_proof_site
from leadbright.serving import serving
from leadbright.setting_values import Address
from leadbright.settings import Settings
from leadbright.tracing import traced
from leadbright.wiring.clock import now_ms
from leadbright.wiring.published import reading, serving_files, target_of


@asynccontextmanager
async def relay(settings: Settings, worker: int = FIRST) -> AsyncIterator[asyncio.Event]:
    """The relay, serving beacons and, where releases go to a folder, the CDN; the event is set when its disk fails.

    Several workers share the address; each has its own journal, and the first takes over those of workers that are
    no more.
    """
    async with AsyncExitStack() as parts:
        target = target_of(settings)
        folder = journal_of(settings.data, worker)
        parts.enter_context(held(folder.with_suffix(".lock")))
        if worker == FIRST:
            await asyncio.to_thread(take_over, folder, former_journals(settings.data, settings.relay_workers))
        disk = FolderDisk(folder)
        parts.callback(disk.close)
        channel = aggregator_channel(settings)
        proves, site = settings.relay_proof == "on", proof_site(settings.relay_name)
        parts.push_async_callback(channel.close)
        tracer = await parts.enter_async_context(traced("relay", settings.traces))
        client = AggregationClient(channel)
        seams = Seams(
            disk=disk,
            aggregation=TracedAggregation(client, tracer, "forward frames", Kind.CLIENT) if tracer else client,
            read=with_proof_site(reading(target), site) if proves else reading(target),
            clock=now_ms,
            randomness=os.urandom,
            countries=await _countries(settings, parts),
            secret_of=lambda site: site_secret(settings.secret, site),
        )
        taking = Relay(seams, RelaySettings(name=settings.relay_name))
        app = create_app(
            taking,
            proxies=Proxies(settings.trusted_proxies, settings.country_header or ""),
            serve=serving_files(target) if settings.cdn_folder else None,
        )
        registry = taking.metrics()
        await parts.enter_async_context(metrics_served("relay", registry, _metrics_address(settings, worker)))
        is_shared = settings.relay_workers > 1
        secure = await _https(settings, parts)
        await parts.enter_async_context(serving(app, settings.relay_listen, is_shared=is_shared, secure=secure))
        if proves and worker == FIRST:
            course = course_of(site, _own_url(settings), ReportClient(channel))
            await parts.enter_async_context(proving(course, ProofMetrics(registry)))
        yield taking.broken


def _own_url(settings: Settings) -> str:
    url = settings.relay_listen.url
    return url.replace("http:", "https:", 1) if settings.relay_cert else url


async def _https(settings: Settings, parts: AsyncExitStack) -> ssl.SSLContext | None:
    """The certificate for browsers, read again whenever it changes; None where the relay speaks in the clear."""
    cert, key = settings.relay_cert, settings.relay_key
    if cert is None or key is None:
        return None
    context = https_context(cert, key)
    await parts.enter_async_context(watched((cert, key), lambda: context.load_cert_chain(cert, key)))
    return context


def _metrics_address(settings: Settings, worker: int) -> Address | None:
    """Each worker shows its own, on ports in a row."""
    first = settings.relay_metrics
    return None if first is None else Address(first.host, first.port and first.port + worker - FIRST)


async def _countries(settings: Settings, parts: AsyncExitStack) -> Countries:
    if settings.country_db is None:
        return no_countries
    countries = CountryFile(settings.country_db)
    await parts.enter_async_context(watched((settings.country_db,), countries.renew))
    return countries
