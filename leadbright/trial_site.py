"""A site on this machine that holds nothing but a release and a page to try it on, and hears what the page reports.

May not know which visitors come, or what is made of their reports.
"""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from domain.plan import Plan
from leadbright.browser import Browser, NoBrowser
from leadbright.fixture_page import REPORT_ID, SCRIPT_PATH, fixture_page

_REPORT = re.compile(rf'<pre id="{REPORT_ID}">(.*?)</pre>', re.DOTALL)
_HTML, _SCRIPT = "text/html; charset=utf-8", "text/javascript; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Said:
    """What a page reported of itself: what it threw, whether the snippet began, and what is in it."""

    errors: tuple[str, ...]
    began: bool
    text: str
    html: str


@dataclass(slots=True)
class TrialSite:
    """The site while it is up. One page is loaded at a time."""

    plan: Plan
    script: bytes
    port: int = 0
    _page: bytes = b""

    def load(self, browser: Browser, url: str, seed: str, *, is_original: bool) -> Said | NoBrowser | None:
        """What the page at `url` reports to the visitor with `seed`; None where it never does."""
        self._page = fixture_page(self.plan, seed, is_original=is_original).encode()
        told = browser.page(url, self.port)
        if isinstance(told, NoBrowser):
            return told
        report = _REPORT.search(told)
        if report is None:
            return None
        said = json.loads(html.unescape(report[1]))
        return Said(tuple(said["errors"]), said["began"], said["text"], said["html"])

    def answer(self, path: str) -> tuple[str, bytes]:
        """The type and the content of whatever is asked for."""
        return (_SCRIPT, self.script) if path == SCRIPT_PATH else (_HTML, self._page)


@contextmanager
def trial_site(plan: Plan, script: bytes) -> Iterator[TrialSite]:
    """The site, on a free port of this machine for as long as the context lasts."""
    site = TrialSite(plan, script)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _pages_of(site))
    server.daemon_threads = True
    site.port = server.server_port
    serving = threading.Thread(target=server.serve_forever, name="trial site", daemon=True)
    serving.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def _pages_of(site: TrialSite) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nobody wants to know."""

        def do_GET(self) -> None:
            kind, body = site.answer(urlsplit(self.path).path)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Pages
