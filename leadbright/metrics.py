"""The port on which Prometheus asks one role how it is: plain text, for this machine or network alone.

May not know what the numbers say, or which role they are of.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sanic import Request, Sanic
from sanic.response import HTTPResponse

from leadbright.serving import serving
from leadbright.setting_values import Address


@asynccontextmanager
async def metrics_served(role: str, registry: CollectorRegistry, address: Address | None) -> AsyncIterator[None]:
    """Answer `/metrics` for as long as the context lasts; nothing where there is no address.

    A role whose metrics can't be served goes on without: visitors come before graphs.
    """
    async with AsyncExitStack() as parts:
        if address is not None:
            try:
                await parts.enter_async_context(serving(_app(role, registry), address, drain_s=0.0))
            except OSError as error:
                structlog.get_logger().error("no metrics", port=address.port, error=type(error).__name__)
        yield


def _app(role: str, registry: CollectorRegistry) -> Sanic[Any, Any]:
    app: Sanic[Any, Any] = Sanic(f"{role}-metrics", configure_logging=False)

    @app.get("/metrics")
    async def metrics(_: Request) -> HTTPResponse:
        return HTTPResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return app
