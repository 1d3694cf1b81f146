"""Sanic apps in a loop of ours: one process, no worker manager, and a stop that lets requests in progress finish.

May not know what the apps answer.
"""

from __future__ import annotations

import asyncio
import inspect
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol, cast

from sanic import Sanic
from sanic.http import Http

from leadbright.listening import shared
from leadbright.logs import claim_loggers
from leadbright.setting_values import Address

DRAIN_S = 5.0
"""How long requests in progress may take once a stop was asked for."""


class _Connection(Protocol):
    def close_if_idle(self) -> bool: ...
    def abort(self) -> None: ...


class _Server(Protocol):
    """What is used of Sanic's `AsyncioServer`, which has no types."""

    app: Sanic[Any, Any]
    connections: set[_Connection]

    async def startup(self) -> None: ...
    async def before_start(self) -> None: ...
    async def start_serving(self) -> None: ...
    async def after_start(self) -> None: ...
    async def before_stop(self) -> None: ...
    def close(self) -> object: ...
    async def after_stop(self) -> None: ...


@asynccontextmanager
async def serving(
    app: Sanic[Any, Any],
    address: Address,
    drain_s: float = DRAIN_S,
    *,
    is_shared: bool = False,
    secure: ssl.SSLContext | None = None,
) -> AsyncIterator[None]:
    """Answer requests at `address` for as long as the context lasts; OSError where it is taken.

    With `secure` over TLS alone. A shared address can be served by several processes, each of which says so.
    """
    app.config.MOTD = False
    # Sanic rewrites its own methods for speed, which it can do once a process.
    app.config.TOUCHUP = Http.http1_response_header.__code__.co_filename == inspect.getsourcefile(Http)
    deferred = {"start_serving": False}
    place: dict[str, Any] = (
        {"sock": shared(address)} if is_shared else {"host": address.host.strip("[]"), "port": address.port}
    )
    made = await app.create_server(**place, ssl=secure, access_log=False, asyncio_server_kwargs=deferred)
    server = cast(_Server, made)
    claim_loggers()
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    try:
        yield
    finally:
        await _stop(server, drain_s)


async def _stop(server: _Server, drain_s: float) -> None:
    await server.before_stop()
    server.close()
    until = time.monotonic() + drain_s
    while server.connections and time.monotonic() < until:
        for connection in tuple(server.connections):
            connection.close_if_idle()
        await asyncio.sleep(0.02)
    for connection in tuple(server.connections):
        connection.abort()
    server.app.shutdown_tasks(timeout=1.0)
    await server.after_stop()
