"""The relay over HTTP: beacons in, answers out, health, and the embedded CDN.

Cookies, credentials and referrers are never looked at, and nothing of a request is logged. May not know what
is done with a beacon.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import structlog
from sanic import Request, Sanic
from sanic.exceptions import PayloadTooLarge, RequestTimeout, SanicException, ServiceUnavailable
from sanic.handlers import ErrorHandler
from sanic.http import Stage
from sanic.response import HTTPResponse
from sanic.server.async_server import AsyncioServer
from sanic.server.protocols.http_protocol import HttpProtocol

from ingest_grpc.relay import cdn
from ingest_grpc.relay.address import NO_PROXIES, Proxies
from ingest_grpc.relay.admission import Arrival
from ingest_grpc.relay.beacon import MOST_BYTES
from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.relay.relay import Accepted, Refused, Relay

HEAD_DEADLINE_S = 4
"""For a request's head, however slowly bytes drip in; up to half as long again passes until it is noticed."""
REQUEST_DEADLINE_S = 8
"""For a request's body and the answer, likewise."""
LAST_WORDS_S = 1
"""After that, how long the answer has to get out."""
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


class PunctualProtocol(HttpProtocol):
    """Sanic's deadlines begin anew with each byte that drips in; these count from when a request was first seen."""

    __slots__ = ("_busy_since", "_busy_with")

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  Sanic's own
        super().__init__(**settings)
        self._busy_with: tuple[int, Stage] | None = None
        self._busy_since = 0.0

    def check_timeouts(self) -> None:
        """Called every other second; a request that goes on takes its time from the first of these calls."""
        http = self.http
        busy_with = None if http is None or http.stage is Stage.IDLE else (self.state["requests_count"], http.stage)
        if busy_with != self._busy_with:
            self._busy_with, self._busy_since = busy_with, time.monotonic()
        elif busy_with is not None:
            self._time = min(self._time, self._busy_since)
        super().check_timeouts()  # type: ignore[no-untyped-call]
        if http is not None and http.exception is not None:
            # Having told a browser that it is too slow, Sanic would wait for the rest of its body.
            self.loop.call_later(LAST_WORDS_S, self.abort)


class RelayApp(Sanic[Any, Any]):
    """A Sanic app whose deadlines are absolute, however it is started."""

    async def create_server(self, *args: Any, **settings: Any) -> AsyncioServer | None:  # noqa: ANN401  Sanic's own
        """As Sanic's, with the punctual protocol."""
        return await super().create_server(*args, **{"protocol": PunctualProtocol, **settings})


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


class _Taken(HTTPResponse):
    """The answer to a beacon that is kept: Sanic cleans header values with care, which constants do not need."""

    __slots__ = ()

    def __init__(self, day: int) -> None:
        super().__init__(b'{"day":%d}' % day, content_type=_JSON)

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        """The head, as Sanic writes it."""
        yield from _TAKEN
        yield b"content-length", b"%d" % len(self.body or b"")
        yield b"connection", self.headers["connection"].encode()


_TAKEN = ((b"access-control-allow-origin", b"*"), (b"content-type", _JSON.encode()))


def create_app(
    relay: Relay, *, name: str = "relay", proxies: Proxies = NO_PROXIES, serve: cdn.Serve | None = None
) -> RelayApp:
    """The relay's app; it starts and stops the relay. `serve` hands out published files under `/cdn/`."""
    for chatty in ("sanic.root", "sanic.access", "sanic.server"):
        logging.getLogger(chatty).addFilter(_is_worth_a_line)
    app = RelayApp(name, error_handler=_PlainErrors(relay), configure_logging=False)
    app.config.update(
        ACCESS_LOG=False,
        REQUEST_MAX_SIZE=MOST_BYTES,
        REQUEST_TIMEOUT=HEAD_DEADLINE_S,
        RESPONSE_TIMEOUT=REQUEST_DEADLINE_S,
        KEEP_ALIVE_TIMEOUT=IDLE_S,
        GRACEFUL_TCP_CLOSE_TIMEOUT=1,
    )
    app.register_listener(lambda _: relay.start(), "before_server_start")
    app.register_listener(lambda _: relay.stop(), "after_server_stop")
    _take_beacons(app, relay, proxies)
    _tell_health(app, relay)
    if serve is not None:
        _serve_files(app, serve)
    return app


def _take_beacons(app: RelayApp, relay: Relay, proxies: Proxies) -> None:
    @app.post(_BEACONS + "<site:str>")
    async def beacon(request: Request, site: str) -> HTTPResponse:
        headers = request.headers
        address, country = proxies.place(request)
        arrival = Arrival(
            site=site,
            nonce=_nonce(request.query_string),
            body=request.body,
            origin=headers.get("origin", ""),
            user_agent=headers.get("user-agent", ""),
            address=address,
            country=country,
        )
        outcome = await relay.receive(arrival)
        if isinstance(outcome, Accepted):
            return _Taken(outcome.day)
        return _refused(outcome)

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
    @app.route("/cdn/<path:path>", methods=("GET", "HEAD"))
    async def published(request: Request, path: str) -> HTTPResponse:
        return await cdn.answer(request, path, serve)


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
