"""The publish target, and how relays and the embedded CDN read from it.

May not know what is published.
"""

from __future__ import annotations

from cdn_publish.opening import BadTarget, open_target
from cdn_publish.release import read
from cdn_publish.serving import Served, serve
from cdn_publish.target import Target
from ingest_grpc.relay.cdn import Serve
from ingest_grpc.relay.rule_book import Read
from leadbright.settings import Settings


def target_of(settings: Settings) -> Target:
    """Where releases are published."""
    target = open_target(settings.cdn)
    if isinstance(target, BadTarget):
        raise ValueError(target.reason)
    return target


def reading(target: Target) -> Read:
    """Published files by path."""

    async def published(path: str) -> bytes | None:
        return await read(target, path)

    return published


def serving_files(target: Target) -> Serve:
    """Published files as browsers get them."""

    async def published(path: str) -> Served | None:
        return await serve(target, path)

    return published
