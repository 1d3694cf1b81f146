"""Content codings: which one a browser would rather have, and files in that coding, each packed once.

May not know HTTP beyond one header, nor where files come from.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import brotli

from domain.artifact import Digest

SMALL: Final = 256
"""Bytes under which packing makes nothing smaller."""
MOST_KEPT: Final = 512
"""Packed files of a process, the newest; a few megabytes."""


class Coding(StrEnum):
    """What a file may be packed with, the better one first."""

    BROTLI = "br"
    GZIP = "gzip"


_PACK: dict[Coding, Callable[[bytes], bytes]] = {
    Coding.BROTLI: lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=11),
    Coding.GZIP: lambda body: gzip.compress(body, 9, mtime=0),
}


def preferred(accepted: str) -> Coding | None:
    """The coding for a browser that sent `Accept-Encoding: accepted`; None for the file as it is (RFC 9110, 12.5.3).

    Of equal weights the first of `Coding` wins, and any of them over the file as it is unless that weighs more.
    """
    weights = _weights(accepted)
    rest = weights.get("*", 0.0)
    plain = weights.get("identity", 0.0)
    best = max(Coding, key=lambda coding: weights.get(coding, rest))
    weight = weights.get(best, rest)
    return best if weight > 0 and weight >= plain else None


def _weights(accepted: str) -> dict[str, float]:
    """By name in lower case. What is not well formed counts as not wanted: the file as it is suits everybody."""
    found: dict[str, float] = {}
    for each in accepted.lower().split(","):
        name, _, parameter = (part.strip() for part in each.partition(";"))
        found.setdefault(name, _weight(parameter))
    return found


def _weight(parameter: str) -> float:
    if not parameter:
        return 1.0
    name, _, text = (part.strip() for part in parameter.partition("="))
    digits = text.replace(".", "", 1)
    return float(text) if name == "q" and digits.isascii() and digits.isdecimal() and float(text) <= 1 else 0.0


class PackedFiles:
    """Packs each content once, beside the loop, and keeps the newest of what it packed."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Digest, Coding], asyncio.Task[bytes]] = {}

    async def packed(self, body: bytes, digest: Digest, coding: Coding) -> bytes:
        """The body in that coding; `digest` names it."""
        kept = self._kept.get((digest, coding))
        if kept is None:
            kept = asyncio.create_task(asyncio.to_thread(_PACK[coding], body))
            self._kept[digest, coding] = kept
            if len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return await asyncio.shield(kept)  # whoever else waits for it gets it, though this one leaves
