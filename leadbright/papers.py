"""Certificates: what a server shows, what it asks of others, and both renewed when their files change.

May not know which role shows them.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import grpc
import structlog
from grpc import aio

from ingest_grpc.wire.channel import open_channel
from leadbright.settings import Settings

LOOK_S = 30.0
"""How often watched files are looked at."""

_State = tuple[int, int, int] | None
"""Of a file: when it was changed, its size and its inode; None where there is none."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Files in PEM: this process's certificate and key, and the authority whose certificates it believes."""

    certificate: Path
    key: Path
    authority: Path


def papers_of(settings: Settings) -> Papers | None:
    """What relays, webs and aggregators show each other; None where they speak in the clear."""
    found = (settings.grpc_cert, settings.grpc_key, settings.grpc_ca)
    cert, key, ca = found
    return Papers(cert, key, ca) if cert and key and ca else None


def aggregator_channel(settings: Settings) -> aio.Channel:
    """A channel to the aggregators; the caller closes it. Raises OSError where a certificate can't be read."""
    papers = papers_of(settings)
    addresses = [str(address) for address in settings.aggregator]
    if papers is None:
        return open_channel(addresses)
    return open_channel(addresses, channel_credentials(papers), settings.grpc_name or "")


def channel_credentials(papers: Papers) -> grpc.ChannelCredentials:
    """Mutual TLS, as whoever calls."""
    return grpc.ssl_channel_credentials(
        papers.authority.read_bytes(), papers.key.read_bytes(), papers.certificate.read_bytes()
    )


def server_credentials(papers: Papers) -> grpc.ServerCredentials:
    """Mutual TLS, as whoever answers: callers without a certificate of the authority get nowhere."""
    pair = (papers.key.read_bytes(), papers.certificate.read_bytes())
    return grpc.ssl_server_credentials([pair], papers.authority.read_bytes(), require_client_auth=True)


def https_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What an HTTP server shows browsers: TLS 1.2 or newer. Raises OSError (ssl.SSLError is one)."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(certificate, key)
    return context


@asynccontextmanager
async def watched(files: Sequence[Path], renew: Callable[[], None], look_s: float = LOOK_S) -> AsyncIterator[None]:
    """Call `renew` in a thread whenever one of the files has changed, for as long as the context lasts."""
    task = asyncio.create_task(_watch(files, renew, look_s, _states(files)), name="watch files")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(files: Sequence[Path], renew: Callable[[], None], look_s: float, seen: list[_State]) -> None:
    while True:
        await asyncio.sleep(look_s)
        now = _states(files)
        if now == seen:
            continue
        try:
            await asyncio.to_thread(renew)
            seen = now
        except Exception as error:  # noqa: BLE001  half-written, most likely: what was read before goes on, and we look again
            structlog.get_logger().error("a changed file can't be read", error=type(error).__name__)


def _states(files: Sequence[Path]) -> list[_State]:
    return [_state(file) for file in files]


def _state(file: Path) -> _State:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
