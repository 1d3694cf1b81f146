"""A website and a relay on this machine for a real browser: streamed pages, recorded beacons, answers on demand.

May not know what the snippet does.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HEAD = '<!doctype html><html><head><meta charset="utf-8"><title>Shop</title>{script}</head>'
SCRIPT = '<script src="/lb.js"></script>'
BODY = '<body><h1>Original</h1><p class="promo">Sale</p><a id="signup" href="#top">Sign up</a></body></html>'
PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Reply:
    """A page: pieces, each sent after `pause_s`, and headers besides the usual ones."""

    pieces: Sequence[str]
    pause_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Received:
    """A beacon as it came over the wire."""

    nonce: str
    beacon: dict[str, Any]
    headers: dict[str, str]


def page(body: str = BODY, head: str = SCRIPT, **headers: str) -> Reply:
    """A page in one piece."""
    return Reply([HEAD.format(script=head) + body], headers={k.replace("_", "-"): v for k, v in headers.items()})


class Relay:
    """Takes beacons. `answer` is a status; 0: cut the line unheard; -1: hear, then cut the line."""

    def __init__(self) -> None:
        self.answer = 200
        self.day: int | None = None
        self.received: list[Received] = []
        self.attempts = 0
        self.other_requests: list[str] = []
        self._changed = threading.Condition()

    def attempted(self) -> None:
        """Somebody sends a beacon, whatever comes of it."""
        with self._changed:
            self.attempts += 1
            self._changed.notify_all()

    def wait_for_attempts(self, count: int) -> None:
        """Return once so many beacons were sent, heard or not."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.attempts >= count, PATIENCE_S), f"only {self.attempts}"

    def hear(self, received: Received) -> None:
        with self._changed:
            self.received.append(received)
            self._changed.notify_all()

    def wait_for(self, enough: Callable[[list[Received]], bool]) -> list[Received]:
        """All that was received once it is enough; fails after a while."""
        with self._changed:
            assert self._changed.wait_for(lambda: enough(self.received), PATIENCE_S), f"only {self.received}"
            return list(self.received)

    def wait_for_beacons(self, count: int) -> list[Received]:
        """All beacons once there are `count` different ones."""
        return self.wait_for(lambda received: len({r.nonce for r in received}) >= count)

    def wait_for_outcomes(self, count: int) -> list[list[Any]]:
        """How ops went, by their number, once so much is told; without how long it took."""
        self.wait_for(lambda _: len(self._outcomes()) >= count)
        return sorted(self._outcomes(), key=lambda outcome: outcome[3])

    def _outcomes(self) -> list[list[Any]]:
        return [entry[:4] for entry in self.counted() if entry[0] in ("ok", "miss", "error")]

    def counted(self) -> list[list[Any]]:
        """The entries of each beacon once, in order of arrival: what a relay would count."""
        first = {r.nonce: r for r in reversed(self.received)}
        return [entry for r in self.received if r is first[r.nonce] for entry in r.beacon["e"]]


class Website:
    """Pages by path, `/lb.js` among them, and the relay at another origin."""

    def __init__(self) -> None:
        self.pages: dict[str, Reply] = {}
        self.script: str | None = None
        self.relay = Relay()
        self._asked: list[str] = []
        self._changed = threading.Condition()
        self._servers = [_serve(_pages_of(self)), _serve(_relay_of(self.relay))]
        self.port, self.relay_port = (server.server_port for server in self._servers)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def relay_address(self) -> str:
        return f"http://127.0.0.1:{self.relay_port}"

    def asked(self, path: str) -> None:
        """A browser wants a page."""
        with self._changed:
            self._asked.append(path)
            self._changed.notify_all()

    def wait_for_request(self, path: str) -> None:
        """Return once a browser has asked for a page."""
        with self._changed:
            assert self._changed.wait_for(lambda: path in self._asked, PATIENCE_S), f"only {self._asked}"

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Browsers that close in the middle of an answer are no news."""


def _serve(handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    server = _Server(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class _Silent(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Tests say themselves what went wrong."""


def _pages_of(website: Website) -> type[BaseHTTPRequestHandler]:
    class Pages(_Silent):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            website.asked(path)
            if path == "/lb.js":
                self._send_script()
            elif path in website.pages:
                self._send_page(website.pages[path])
            else:
                self._start(204 if path == "/favicon.ico" else 404, {"Content-Length": "0"})

        def _send_script(self) -> None:
            body = (website.script or "").encode()
            status = 404 if website.script is None else 200
            self._start(status, {"Content-Type": "text/javascript", "Content-Length": str(len(body))})
            self.wfile.write(body)

        def _send_page(self, reply: Reply) -> None:
            self._start(reply.status, {"Content-Type": "text/html", "Transfer-Encoding": "chunked", **reply.headers})
            for piece in reply.pieces:
                data = piece.encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                self.wfile.flush()
                time.sleep(reply.pause_s)
            self.wfile.write(b"0\r\n\r\n")

        def _start(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

    return Pages


def _relay_of(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Beacons(_Silent):
        def do_OPTIONS(self) -> None:
            relay.other_requests.append(f"OPTIONS {self.path}")
            self.send_error(405)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = relay.answer
            relay.attempted()
            if answer:
                nonce = parse_qs(urlsplit(self.path).query)["n"][0]
                relay.hear(Received(nonce, json.loads(body), {k.lower(): v for k, v in self.headers.items()}))
            if answer <= 0:
                self.close_connection = True
                return
            told = json.dumps({"day": relay.day if relay.day is not None else json.loads(body)["d"]}).encode()
            self.send_response(answer)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

    return Beacons
