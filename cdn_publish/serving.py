"""What a CDN hands to anybody who asks: the embedded one asks here, a real one is configured to do the same.

May not know HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass

from cdn_publish.layout import attributes_of, is_for_browsers
from cdn_publish.target import Target


@dataclass(frozen=True, slots=True)
class Served:
    """A file as browsers get it."""

    body: bytes
    content_type: str
    cache_control: str


async def serve(target: Target, path: str) -> Served | None:
    """The file at `path`; None where there is none, or none for browsers. Raises TargetError."""
    attributes = attributes_of(path)
    if attributes is None or not is_for_browsers(path):
        return None
    stored = await target.read(path)
    return Served(stored.body, attributes.content_type, attributes.cache_control) if stored else None
