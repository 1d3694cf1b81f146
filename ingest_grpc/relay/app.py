"""The relay over HTTP: beacons in, answers out, health, and the embedded CDN.

Cookies, credentials and referrers are never looked at, and nothing of a request is logged. May not know what
is done with a beacon.
"""

from __future__ import annotations

import asyncio
import json
import logging
from functools import lru_cache
from typing import Any

import structlog
from sanic import Request, Sanic
from sanic.exceptions import PayloadTooLarge, RequestTimeout, SanicException, ServiceUnavailable
from sanic.handlers import ErrorHandler
from sanic.headers import format_http1_response
from sanic.response import HTTPResponse
from sanic.server.async_server import AsyncioServer

from domain.address import NO_PROXIES, Proxies
from ingest_grpc.relay import cdn
from ingest_grpc.relay.address import MOST_CONNECTIONS, Callers
from ingest_grpc.relay.admission import Arrival
from ingest_grpc.relay.beacon import MOST_BYTES
from ingest_grpc.relay.coding import PackedFiles
from ingest_grpc.relay.doorway import MOST_READ, PunctualProtocol, WholeBeacon
from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.relay.relay import Accepted, Refused, Relay

HEAD_DEADLINE_S = 4
"""For a request's head, however slowly bytes drip in; up to half as long again passes until it is noticed."""
REQUEST_DEADLINE_S = 8
"""For a request's body and the answer, likewise."""
IDLE_S = 60
"""How long a connection without a request stays open."""

_BEACONS = "/v1/b/"
_JSON = "application/json"
_CORS = {"access-control-allow-origin": "*"}
_PREFLIGHT = {
    **_CORS,
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "content-type",
    "access-control-max-age": "86400",
}
_log = structlog.get_logger()


class RelayApp(Sanic[Any, Any]):
    """A Sanic app that answers beacons the short way, and whose deadlines are absolute, however it is started."""

    async def create_server(self, *args: Any, **settings: Any) -> AsyncioServer | None:  # noqa: ANN401  Sanic's own
        """As Sanic's, with our protocol."""
        return await super().create_server(*args, **{"protocol": PunctualProtocol, **settings})

    async def handle_request(self, request: Request | WholeBeacon) -> None:
        """Answer a request."""
        if isinstance(request, WholeBeacon):
            outcome = await self.ctx.receive(request, request.site, request.nonce)
            taken = isinstance(outcome, Accepted)
            await request.stream.write(_taken_on_the_wire(outcome.day) if taken else _on_the_wire(_refused(outcome)))
        else:
            await super().handle_request(request)


class _PlainErrors(ErrorHandler):
    """Errors as one line of JSON; what a request held is neither logged nor sent back."""

    def __init__(self, relay: Relay) -> None:
        super().__init__()
        self._relay = relay

    def default(self, request: Request, exception: Exception) -> HTTPResponse:
        """Answer an exception; those that are a beacon's own fault count as refusals."""
        refusal = next((r for kind, r in _REFUSALS if isinstance(exception, kind)), None)
        if refusal is not None and request.path.startswith(_BEACONS):
            return _refused(self._relay.refuse(refusal))
        if isinstance(exception, SanicException):
            return HTTPResponse(_line({"error": str(exception.status_code)}), exception.status_code, _CORS, _JSON)
        if not isinstance(exception, asyncio.CancelledError):  # a browser that has left is nobody's fault
            _log.error("a request could not be answered", error=type(exception).__name__)
        return HTTPResponse(_line({"error": "500"}), 500, _CORS, _JSON)


_REFUSALS: tuple[tuple[type[Exception], Refusal], ...] = (
    (PayloadTooLarge, Refusal.TOO_LARGE),
    (RequestTimeout, Refusal.TOO_SLOW),
    (ServiceUnavailable, Refusal.BUSY),
)


def _taken(day: int) -> HTTPResponse:
    """The answer to a beacon that is kept."""
    return HTTPResponse(b'{"day":%d}' % day, 200, _CORS, _JSON)


@lru_cache(maxsize=64)
def _taken_on_the_wire(day: int) -> bytes:
    """The same, written out; the sites of one moment have two or three days."""
    return _on_the_wire(_taken(day))


def _on_the_wire(answer: HTTPResponse) -> bytes:
    """A whole answer on a connection that stays, as Sanic writes it."""
    body = answer.body or b""
    ends = ((b"content-length", b"%d" % len(body)), (b"connection", b"keep-alive"))
    return format_http1_response(answer.status, (*answer.processed_headers, *ends)) + body


def create_app(
    relay: Relay,
    *,
    name: str = "relay",
    proxies: Proxies = NO_PROXIES,
    serve: cdn.Serve | None = None,
    most_connections: int = MOST_CONNECTIONS,
) -> RelayApp:
    """The relay's app; it starts and stops the relay. `serve` hands out published files under `/cdn/`."""
    for chatty in ("sanic.root", "sanic.access", "sanic.server"):
        logging.getLogger(chatty).addFilter(_is_worth_a_line)
    app = RelayApp(name, error_handler=_PlainErrors(relay), configure_logging=False)
    app.config.update(
        ACCESS_LOG=False,
        REQUEST_MAX_SIZE=MOST_BYTES,
        REQUEST_BUFFER_SIZE=MOST_READ,
        REQUEST_TIMEOUT=HEAD_DEADLINE_S,
        RESPONSE_TIMEOUT=REQUEST_DEADLINE_S,
        KEEP_ALIVE_TIMEOUT=IDLE_S,
        GRACEFUL_TCP_CLOSE_TIMEOUT=1,
    )
    app.register_listener(lambda _: relay.start(), "before_server_start")
    app.register_listener(lambda _: relay.stop(), "after_server_stop")
    app.ctx.callers = Callers(proxies, relay.new_key(), most_connections)
    _take_beacons(app, relay, proxies)
    _tell_health(app, relay)
    if serve is not None:
        _serve_files(app, serve)
    return app


def _take_beacons(app: RelayApp, relay: Relay, proxies: Proxies) -> None:
    async def receive(request: Request | WholeBeacon, site: str, nonce: str) -> Accepted | Refused:
        headers = request.headers
        address, country = proxies.place(request.conn_info, headers)
        arrival = Arrival(
            site=site,
            nonce=nonce,
            body=request.body,
            origin=headers.get("origin", ""),
            user_agent=headers.get("user-agent", ""),
            address=address,
            country=country,
            signature=headers.get("leadbright-signature", ""),
        )
        return await relay.receive(arrival)

    app.ctx.receive = receive

    @app.post(_BEACONS + "<site:str>")
    async def beacon(request: Request, site: str) -> HTTPResponse:
        outcome = await receive(request, site, _nonce(request.query_string))
        return _taken(outcome.day) if isinstance(outcome, Accepted) else _refused(outcome)

    @app.options(_BEACONS + "<site:str>")
    async def preflight(_: Request, site: str) -> HTTPResponse:
        return HTTPResponse(None, 204, _PREFLIGHT)


def _tell_health(app: RelayApp, relay: Relay) -> None:
    @app.route("/healthz", methods=("GET", "HEAD"))
    async def healthz(_: Request) -> HTTPResponse:
        return HTTPResponse(_line({"alive": True}), 200, content_type=_JSON)

    @app.route("/readyz", methods=("GET", "HEAD"))
    async def readyz(_: Request) -> HTTPResponse:
        refusal = relay.refusal
        if refusal is None:
            return HTTPResponse(_line({"ready": True}), 200, content_type=_JSON)
        return HTTPResponse(_line({"ready": False, "reason": refusal.reason}), 503, content_type=_JSON)


def _serve_files(app: RelayApp, serve: cdn.Serve) -> None:
    packed = PackedFiles()

    @app.route("/cdn/<path:path>", methods=("GET", "HEAD"))
    async def published(request: Request, path: str) -> HTTPResponse:
        return await cdn.answer(request, path, serve, packed)


def _refused(refused: Refused) -> HTTPResponse:
    reason = refused.reason
    # A declared bot is told what a browser would be told, the day too.
    told: dict[str, object] = (
        {"refused": reason.reason} if reason.status != 200 else {"day": refused.day, "refused": reason.reason}
    )
    headers = {**_CORS, "retry-after": str(reason.retry_after_s)} if reason.may_retry else _CORS
    return HTTPResponse(_line(told), reason.status, headers, _JSON)


def _nonce(query: str) -> str:
    for part in query.split("&"):
        if part.startswith("n="):
            return part[2:]
    return ""


def _line(told: dict[str, object]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode()


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Below warnings Sanic writes addresses and whole URLs, nonces included."""
    return record.levelno >= logging.WARNING
