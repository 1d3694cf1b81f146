"""The web put together: the table of routes, the guard before each, and what is said when something fails.

May not know what stands behind its services. Nothing of an address or a form is logged: both can hold secrets.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from sanic import Request, Sanic
from sanic.exceptions import SanicException
from sanic.handlers import ErrorHandler
from sanic.response import BaseHTTPResponse, HTTPResponse

from web.api.answers import is_for_programs, refuse_by_status
from web.cookie import Cookie
from web.database import UnavailableError
from web.definitions import Definitions
from web.desk import Desk, framed
from web.guard import MOST_BYTES, STEPS, Guard, add_headers
from web.permission import Permission
from web.releasing.contents import Contents
from web.releasing.proposing import Proposals
from web.releasing.works import Works
from web.render import Renderer
from web.routes import DOORS, ROUTES, Handler
from web.services import Services
from web.static_files import read_static_files

REQUEST_S, RESPONSE_S, IDLE_S = 10, 60, 60

STATIC = "static"

_log = logging.getLogger("leadbright.web")


def create_app(services: Services, name: str = "leadbright_web") -> Sanic[Any, Any]:
    """The web, ready to be served. `name` must be new in this process."""
    static = read_static_files(services.htmx)
    renderer = Renderer(static.addresses)
    origin = services.web_url.rstrip("/")
    cookie, arrival = Cookie(origin), Cookie(origin, "leadbright-arrival")
    definitions, works = Definitions(services), Works(services.clock)
    contents = Contents(services, definitions)
    proposals = Proposals(services.publisher, definitions, contents)
    desk = Desk(services, definitions, renderer, cookie, arrival, contents, proposals, works)
    permissions = {route.name: route.permission for route in ROUTES} | {STATIC: Permission.OPEN}
    app = Sanic(name, error_handler=_Failures(renderer), configure_logging=False)
    app.config.update(
        ACCESS_LOG=False,
        MOTD=False,
        REQUEST_MAX_SIZE=MOST_BYTES,
        REQUEST_TIMEOUT=REQUEST_S,
        RESPONSE_TIMEOUT=RESPONSE_S,
        KEEP_ALIVE_TIMEOUT=IDLE_S,
    )
    _add_guard(app, Guard(services.store, permissions, cookie, renderer, services.entrances, DOORS))
    for route in ROUTES:
        app.add_route(_bound(route.handler, desk), route.path, methods=_methods(route.method), name=route.name)
    app.register_listener(_closing(works), "after_server_stop")
    app.add_route(_bound(static.answer, desk), "/static/<name:str>", methods=_methods("GET"), name=STATIC)
    return app


def _closing(works: Works) -> Callable[..., Coroutine[Any, Any, None]]:
    async def close(app: Sanic[Any, Any]) -> None:
        await works.close()

    return close


def _methods(method: str) -> list[str]:
    """HEAD is answered as GET is; the body is left out on the wire."""
    return ["GET", "HEAD"] if method == "GET" else [method]


def _bound(handler: Handler, desk: Desk) -> Callable[..., Coroutine[Any, Any, HTTPResponse]]:
    async def answer(request: Request, **path: str) -> HTTPResponse:
        return await handler(desk, request, **path)

    return answer


def _add_guard(app: Sanic[Any, Any], guard: Guard) -> None:
    async def admit(request: Request) -> HTTPResponse | None:
        for step in STEPS:
            refusal = await step(guard, request)
            if refusal is not None:
                return refusal
        return None

    async def finish(request: Request, response: BaseHTTPResponse) -> None:
        add_headers(guard, response)

    app.register_middleware(admit, "request")
    app.register_middleware(finish, "response")


class _Failures(ErrorHandler):
    """Says what went wrong on a page, and logs what is ours to mend, without anything that was sent."""

    def __init__(self, renderer: Renderer) -> None:
        super().__init__()
        self._renderer = renderer

    def response(self, request: Request, exception: Exception) -> HTTPResponse:
        """The answer to a request that ended in `exception`."""
        match exception:
            case SanicException(status_code=status) if status < 500:
                pass
            case UnavailableError():
                status = 503
                _log.warning("the database does not answer: %s", exception)
            case _:
                status = 500
                _log.error("a page failed", exc_info=exception)
        if is_for_programs(request):
            return refuse_by_status(status)
        return self._renderer.refusal(status, framed(request))
