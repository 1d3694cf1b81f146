"""The gRPC server of an aggregator: both services, health that follows the database, and reflection.

May not know how frames are counted or reports are made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import grpc
import structlog
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection  # type: ignore[import-untyped]

from ingest_grpc.wire import aggregation, report
from ingest_grpc.wire.channel import OPTIONS
from ingest_grpc.wire.ports import Aggregation

SERVICES = (aggregation.SERVICE, report.SERVICE)

STOP_GRACE_S = 10.0
HEALTH_PERIOD_S = 2.0

_log = structlog.get_logger(__name__)


class Server:
    """A started server. `start_server` makes one; whoever started it stops it."""

    def __init__(self, server: aio.Server, port: int, health_servicer: health.aio.HealthServicer) -> None:
        self.port = port
        self._server = server
        self._health = health_servicer
        self._watch: asyncio.Task[None] | None = None

    def watch(self, ready: Callable[[], Awaitable[bool]]) -> None:
        """From now on, let the health service say what `ready` says."""
        self._watch = asyncio.create_task(self._watch_forever(ready), name="aggregator health")

    async def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """Take no more calls, let those that are running end within `grace_s`."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait({self._watch})
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace_s)

    async def wait(self) -> None:
        """Until the server has stopped."""
        await self._server.wait_for_termination()

    async def _watch_forever(self, ready: Callable[[], Awaitable[bool]]) -> None:
        was_ready = True
        while True:
            is_ready = await ready()
            if is_ready is not was_ready:
                _log.warning("the counts are ready again" if is_ready else "the counts are not ready")
                await _say(self._health, is_ready)
            was_ready = is_ready
            await asyncio.sleep(HEALTH_PERIOD_S)


async def start_server(
    aggregator: Aggregation,
    reporter: report.Reports,
    address: str,
    ready: Callable[[], Awaitable[bool]],
    credentials: grpc.ServerCredentials | None = None,
) -> Server:
    """Serve at `host:port`; port 0 takes any free one, `Server.port` says which.

    `ready` says whether the database answers. Raises OSError where the address cannot be had.
    """
    server = aio.server(options=[*OPTIONS, ("grpc.so_reuseport", 0)])
    aggregation.add_aggregation(server, aggregator)
    report.add_reports(server, reporter)
    health_servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
    reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    port = _bind(server, address, credentials)
    await server.start()
    await _say(health_servicer, True)
    started = Server(server, port, health_servicer)
    started.watch(ready)
    return started


def _bind(server: aio.Server, address: str, credentials: grpc.ServerCredentials | None) -> int:
    try:
        if credentials is None:
            return server.add_insecure_port(address)
        return server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise OSError(f"cannot serve at {address}: {error}") from error


async def _say(servicer: health.aio.HealthServicer, ready: bool) -> None:
    status = health_pb2.HealthCheckResponse.SERVING if ready else health_pb2.HealthCheckResponse.NOT_SERVING
    for name in ("", *SERVICES):
        await servicer.set(name, status)
