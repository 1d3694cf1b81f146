"""The embedded CDN: published files over HTTP, as an object store behind a CDN would serve them.

May not know what the files say or where they are kept.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Protocol

from sanic import Request
from sanic.response import HTTPResponse

from domain.artifact import Digest, digest_of

POINTER = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
IMMUTABLE = "public, max-age=31536000, immutable"

_PATH = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*")
_SMALL = 256
"""Bytes under which compression makes nothing smaller."""


class Served(Protocol):
    """A file as browsers get it."""

    @property
    def body(self) -> bytes: ...
    @property
    def content_type(self) -> str: ...


Serve = Callable[[str], Awaitable[Served | None]]
"""The published file at a path such as `production/shop/lb.js`; None where browsers get none."""


async def answer(request: Request, path: str, serve: Serve) -> HTTPResponse:
    """A file with what caches need to know, 304 where the browser has it, 404 where there is none."""
    served = await serve(path) if _PATH.fullmatch(path) and ".." not in path else None
    if served is None:
        return HTTPResponse("no such file\n", 404, {"cache-control": "public, max-age=10", **_OPEN})
    tag = f'W/"{digest_of(served.body)}"'
    headers = {
        "etag": tag,
        "cache-control": IMMUTABLE if "/r/" in path else POINTER,
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
        **_OPEN,
    }
    if _has(request.headers.get("if-none-match", ""), tag):
        return HTTPResponse(None, 304, headers)
    body = served.body
    if len(body) >= _SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        body = _gzipped(body, digest_of(body))
        headers["content-encoding"] = "gzip"
    return HTTPResponse(body, 200, headers, served.content_type)


_OPEN = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}


def _has(sent: str, tag: str) -> bool:
    """Whether `If-None-Match` names the tag, weakly compared (RFC 9110, section 13.1.2)."""
    tags = {part.strip().removeprefix("W/") for part in sent.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags


@lru_cache(maxsize=64)
def _gzipped(body: bytes, _: Digest) -> bytes:
    return gzip.compress(body, 9, mtime=0)
