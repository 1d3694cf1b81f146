"""The embedded CDN: published files over HTTP, as an object store behind a CDN would serve them.

May not know what the files say or where they are kept.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Protocol

from sanic import Request
from sanic.response import HTTPResponse

from domain.artifact import digest_of
from ingest_grpc.relay.coding import SMALL, PackedFiles, preferred

_PATH = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*")


class Served(Protocol):
    """A file as browsers get it, and how long they and caches keep it (`Cache-Control`)."""

    @property
    def body(self) -> bytes: ...
    @property
    def content_type(self) -> str: ...
    @property
    def cache_control(self) -> str: ...


Serve = Callable[[str], Awaitable[Served | None]]
"""The published file at a path such as `production/shop/lb.js`; None where browsers get none."""

_OPEN = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
"""Any page may load, and a script of any page may read, what is published."""


async def answer(request: Request, path: str, serve: Serve, packed: PackedFiles) -> HTTPResponse:
    """A file with what caches need to know, 304 where the browser has it, 404 where there is none."""
    served = await serve(path) if _PATH.fullmatch(path) and ".." not in path else None
    if served is None:
        return HTTPResponse("no such file\n", 404, {"cache-control": "public, max-age=10", **_OPEN})
    digest = digest_of(served.body)
    tag = f'W/"{digest}"'  # weak: it names the content in whatever coding
    headers = {
        "etag": tag,
        "cache-control": served.cache_control,
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
        **_OPEN,
    }
    if _has(request.headers.get("if-none-match", ""), tag):
        return HTTPResponse(None, 304, headers)
    body = served.body
    coding = preferred(request.headers.get("accept-encoding", "")) if len(body) >= SMALL else None
    if coding is not None:
        body = await packed.packed(body, digest, coding)
        headers["content-encoding"] = coding
    return HTTPResponse(body, 200, headers, served.content_type)


def _has(sent: str, tag: str) -> bool:
    """Whether `If-None-Match` names the tag, weakly compared (RFC 9110, section 13.1.2)."""
    tags = {part.strip().removeprefix("W/") for part in sent.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags
