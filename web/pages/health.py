"""Whether this process lives, and whether it can show pages.

May not know what the pages show.
"""

from __future__ import annotations

from sanic import Request
from sanic.response import HTTPResponse, json

from web.database import UnavailableError
from web.desk import Desk


async def healthz(desk: Desk, request: Request) -> HTTPResponse:
    """Alive."""
    return json({"alive": True})


async def readyz(desk: Desk, request: Request) -> HTTPResponse:
    """Ready while the database answers; 503 otherwise."""
    try:
        await desk.services.store.check()
    except UnavailableError:
        return json({"ready": False, "why": "the database does not answer"}, status=503)
    return json({"ready": True})
