"""The style sheet, scripts and pictures that pages load: read once, named by content, kept by browsers for a year.

May not know which page loads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from sanic import Request
from sanic.response import HTTPResponse

from domain.artifact import digest_of
from web.desk import Desk

HTMX = "htmx.js"

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_KEPT = {"cache-control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """Bodies by name."""

    bodies: Mapping[str, bytes]

    @property
    def addresses(self) -> dict[str, str]:
        """Where a page finds each; another content has another address."""
        return {name: f"/static/{name}?{digest_of(body)}" for name, body in self.bodies.items()}

    async def answer(self, desk: Desk, request: Request, name: str) -> HTTPResponse:
        """One file."""
        body = self.bodies.get(name)
        if body is None:
            return HTTPResponse(status=404)
        return HTTPResponse(body, headers=_KEPT, content_type=_TYPES[name.rpartition(".")[2]])


def read_static_files(htmx: bytes) -> StaticFiles:
    """The files of this package, and the library that came with the snippet where it was built."""
    folder = files("web") / "static"
    bodies = {each.name: each.read_bytes() for each in folder.iterdir() if each.name.rpartition(".")[2] in _TYPES}
    return StaticFiles(bodies | ({HTMX: htmx} if htmx else {}))
