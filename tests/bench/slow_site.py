"""A website and a CDN on this machine that answer as slowly as if they were far away, and write down who asks.

May not know what a script does that it serves.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

DAY_S = 86_400
QUANTUM = 4_096

Route = Callable[[str, str], str | None]
"""What is answered to a method and a path as JSON, or as a script if the path ends so; None: not there."""


@dataclass(frozen=True, slots=True)
class Line:
    """The way to a server: round trip and thinking in seconds, and bytes a second."""

    round_trip_s: float = 0.040
    think_s: float = 0.020
    bytes_per_s: float = 1_250_000.0


@dataclass(frozen=True, slots=True)
class Setup:
    """What is put into a page's head, and what the CDN has. `{cdn}` stands for the CDN's origin in all of it."""

    name: str
    head: str
    files: Mapping[str, str] = field(default_factory=dict)
    route: Route = lambda method, path: None


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asked the CDN, so many seconds after the page was asked for, and got so many bytes."""

    at_s: float
    method: str
    path: str
    size: int


class SlowSite:
    """The page at `address`, streamed in pieces, and the files of a `Setup` at `cdn`."""

    def __init__(self, pieces: Callable[[str], Sequence[str]], files: Mapping[str, str], line: Line) -> None:
        self.pieces = pieces
        self.files = files
        self.line = line
        self.setup = Setup("nothing", "")
        self.pause_s = 0.015
        self.requests: list[Request] = []
        self.asked_at = 0.0
        self._servers = [_serve(_handler(self, answer)) for answer in (SlowSite.page, SlowSite.file)]
        site, cdn = (server.server_port for server in self._servers)
        self.address, self.cdn = f"http://site.localhost:{site}", f"http://cdn.localhost:{cdn}"

    def close(self) -> None:
        """End both servers."""
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def page(self, handler: Handler, path: str) -> None:
        """Answer as the website."""
        if path != "/":
            handler.whole(self.files.get(path), path)
            return
        self.requests.clear()
        self.asked_at = time.monotonic()
        handler.begin(200, "text/html; charset=utf-8", {"Cache-Control": "no-store", "Transfer-Encoding": "chunked"})
        for piece in self.pieces(self.setup.head.replace("{cdn}", self.cdn)):
            data = piece.encode()
            handler.wfile.write(b"%x\r\n" % len(data))
            handler.trickle(data)
            handler.wfile.write(b"\r\n")
            handler.wfile.flush()
            time.sleep(self.pause_s)
        handler.wfile.write(b"0\r\n\r\n")

    def file(self, handler: Handler, path: str) -> None:
        """Answer as the CDN, and as whatever takes beacons."""
        at_s = time.monotonic() - self.asked_at
        found = self.setup.files.get(path) if handler.command == "GET" else None
        text = found if found is not None else self.setup.route(handler.command, path)
        if text is None and path.startswith("/v1/b/"):
            text = json.dumps({"day": int(time.time() // DAY_S)})
        size = handler.whole(text and text.replace("{cdn}", self.cdn), path)
        self.requests.append(Request(at_s, handler.command, path, size))


class Handler(BaseHTTPRequestHandler):
    """One connection: the first answer costs the handshake, too."""

    protocol_version = "HTTP/1.1"
    site: SlowSite
    answer: Callable[[SlowSite, Handler, str], None]
    handshake_s = 0.0

    def setup(self) -> None:
        """A connection is made in two round trips."""
        super().setup()
        self.handshake_s = 2 * self.site.line.round_trip_s

    def handle(self) -> None:
        """Answer for as long as the browser listens."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """The benchmark says what is to be said."""

    def do_GET(self) -> None:
        """Answer after as long as it takes from far away."""
        line = self.site.line
        time.sleep(self.handshake_s + line.round_trip_s + line.think_s)
        self.handshake_s = 0.0
        self.answer(self.site, self, urlsplit(self.path).path)

    def do_POST(self) -> None:
        """Take in what was sent, and answer."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def do_OPTIONS(self) -> None:
        """Allow all."""
        time.sleep(self.site.line.round_trip_s)
        self.begin(204, "text/plain", {"Content-Length": "0"})

    def begin(self, status: int, kind: str, headers: Mapping[str, str]) -> None:
        """Write the head of an answer."""
        allow = {
            "Access-Control-Allow-Origin": self.headers.get("Origin") or "*",
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Headers": "content-type, authorization",
            "Timing-Allow-Origin": "*",
        }
        self.send_response(status)
        for name, value in {"Content-Type": kind, **allow, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def whole(self, text: str | None, path: str) -> int:
        """Answer with a whole file, compressed; its bytes on the line."""
        if text is None:
            self.begin(404, "text/plain", {"Content-Length": "0"})
            return 0
        body = gzip.compress(text.encode(), 9)
        kept = "no-store" if self.command == "POST" else "public, max-age=300"
        headers = {"Content-Length": str(len(body)), "Content-Encoding": "gzip", "Cache-Control": kept}
        self.begin(200, KINDS.get(path.rpartition(".")[2], "application/json"), headers)
        self.trickle(body)
        return len(body)

    def trickle(self, data: bytes) -> None:
        """Write bytes as fast as the line is."""
        for start in range(0, len(data), QUANTUM):
            part = data[start : start + QUANTUM]
            self.wfile.write(part)
            time.sleep(len(part) / self.site.line.bytes_per_s)


KINDS = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "json": "application/json"}


def _handler(site: SlowSite, answer: Callable[[SlowSite, Handler, str], None]) -> type[Handler]:
    return type("Handler", (Handler,), {"site": site, "answer": staticmethod(answer)})


def _serve(handler: type[Handler]) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
