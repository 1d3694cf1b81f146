"""Connections of browsers: how many from one place, how long a request may take, and a short way in for beacons.

A beacon as browsers send it is read here, and answered, without what Sanic does for requests of any kind; whatever is
in the least unusual goes Sanic's own way, so that nothing is read in two ways. May not know what a beacon says.
"""

from __future__ import annotations

import re
import socket
import time
from asyncio import BaseTransport
from typing import Any

from sanic.exceptions import BadRequest, BadURL
from sanic.http import Http, Stage
from sanic.server.protocols.http_protocol import HttpProtocol

from ingest_grpc.relay.address import Callers
from ingest_grpc.relay.beacon import MOST_BYTES

LAST_WORDS_S = 1
"""After a deadline, how long the answer has to get out."""
LONGEST_HEAD = 4096
"""Bytes of a request's head on the short way."""

MOST_READ = LONGEST_HEAD + MOST_BYTES
"""Bytes of a connection that are held here, and about as many in the system: what is larger stays with who sends it."""

_POST = b"POST /v1/b/"
_LINE = re.compile(r"POST (/v1/b/([a-z][a-z0-9-]{0,39})\?n=([A-Za-z0-9_-]{22})) HTTP/1\.1")
_LENGTH = re.compile(r"[0-9]{1,5}")
_UNUSUAL = ("\r\ntransfer-encoding:", "\r\nexpect:", "\r\nupgrade:", "\r\ncontent-encoding:")
"""What is not for the short way."""
_FIELDS = re.compile(r"(?:\r\n[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n\0]*)*")
"""Header fields (RFC 9112, section 5). Anything else, such as a space before a colon, some proxy may read as a header
that we would not: it is refused, so that nobody sees another request in it than we do."""


class WholeBeacon:
    """A request with its body, as far as it is looked at; takes the place of Sanic's request on the short way."""

    __slots__ = ("_head", "_lowered", "body", "conn_info", "nonce", "site", "stream", "url")

    method = "POST"

    def __init__(self, line: re.Match[str], head: str, lowered: str, body: bytes) -> None:
        self.url, self.site, self.nonce = line.groups()
        self.body = body
        self.stream: Any = None
        self.conn_info: Any = None
        self._head = head
        self._lowered = lowered

    @property
    def headers(self) -> WholeBeacon:
        """Itself: it can be asked for headers."""
        return self

    def get(self, name: str, default: str, /) -> str:
        """The first header of this name, which is in lower case."""
        at = self._lowered.find(f"\r\n{name}:")
        if at < 0:
            return default
        begin = at + len(name) + 3
        end = self._head.find("\r\n", begin)
        return self._head[begin : end if end >= 0 else None].lstrip()

    def getall(self, name: str, default: list[str], /) -> list[str]:
        """All headers of this name, which is in lower case, in their order."""
        lines = (line.partition(":") for line in self._head.split("\r\n")[1:])
        return [value.strip() for other, _, value in lines if other.lower() == name] or default


def whole_beacon(received: bytearray) -> tuple[WholeBeacon, int] | None:
    """The beacon with which the bytes begin, and how many bytes it takes; None where it is for Sanic to read."""
    if not received.startswith(_POST):
        return None
    end = received.find(b"\r\n\r\n", 0, LONGEST_HEAD)
    if end < 0:
        return None
    try:
        head = received[:end].decode("ascii")
    except UnicodeDecodeError:
        return None
    line = _LINE.match(head)
    lowered = head.lower()
    if line is None or _FIELDS.fullmatch(head, line.end()) is None or any(what in lowered for what in _UNUSUAL):
        return None
    size = _size_of(lowered)
    whole = end + 4 + size
    if not 0 < size <= MOST_BYTES or len(received) < whole:
        return None
    return WholeBeacon(line, head, lowered, bytes(received[end + 4 : whole])), whole


def _size_of(lowered: str) -> int:
    """The length of a body that is said once and plainly, on a connection that stays; 0 otherwise."""
    _, said, rest = lowered.partition("\r\ncontent-length:")
    text = rest.partition("\r\n")[0].strip(" ")
    if not said or "\r\ncontent-length:" in rest or _LENGTH.fullmatch(text) is None:
        return 0
    _, named, rest = lowered.partition("\r\nconnection:")
    return int(text) if not named or rest.partition("\r\n")[0].strip(" ") == "keep-alive" else 0


class BeaconHttp(Http):
    """Sanic's reading of a connection, with the short way for beacons before it."""

    async def http1_request_header(self) -> None:
        """Take the next request from what has come in."""
        found = whole_beacon(self.recv_buffer)
        if found is None:
            await super().http1_request_header()  # type: ignore[no-untyped-call]
            self._refuse_a_malformed_head()
            return
        beacon, whole = found
        del self.recv_buffer[:whole]
        beacon.stream = self
        self.url = beacon.url
        self.request = beacon  # type: ignore[assignment]
        self.keep_alive = True
        self.request_bytes_left = self.request_bytes = 0
        self.protocol.state["requests_count"] += 1

    def _refuse_a_malformed_head(self) -> None:
        """Sanic takes names and values as they are."""
        _, ends, fields = self.request.head.decode("latin-1").partition("\r\n")
        if _FIELDS.fullmatch(ends + fields) is None:
            self.keep_alive = False
            raise BadRequest("Bad Request")

    async def write(self, answer: bytes) -> None:
        """Answer a whole beacon; the connection is ready for the next request."""
        await self._send(answer)
        self.stage = Stage.IDLE

    def create_empty_request(self) -> None:
        """As Sanic's, which falls over an address that is none."""
        try:
            super().create_empty_request()
        except BadURL:
            self.url = ""
            super().create_empty_request()

    async def error_response(self, exception: Exception) -> None:
        """As Sanic's, which needs a request of its own kind."""
        if isinstance(self.request, WholeBeacon):
            self.create_empty_request()
        await super().error_response(exception)


class PunctualProtocol(HttpProtocol):
    """Sanic's deadlines begin anew with each byte that drips in; these count from when a request was first seen."""

    HTTP_CLASS = BeaconHttp
    __slots__ = ("_busy_since", "_busy_with", "_caller")

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  Sanic's own
        super().__init__(**settings)
        self._busy_with: tuple[int, Stage] | None = None
        self._busy_since = 0.0
        self._caller: bytes | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Take a connection, unless its place has too many."""
        super().connection_made(transport)  # type: ignore[no-untyped-call]
        callers: Callers = self.app.ctx.callers
        self._caller = callers.enter(self.conn_info)
        if self._caller is None:
            self.abort()  # type: ignore[no-untyped-call]
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, MOST_READ // 2)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        super().connection_lost(exc)  # type: ignore[no-untyped-call]
        if self._caller is not None:
            self.app.ctx.callers.leave(self._caller)
            self._caller = None

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
