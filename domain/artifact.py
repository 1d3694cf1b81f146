"""Bytes that visitors and relays load, each with a name, a type and a digest.

May not know what the bytes say or where they go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NewType

from domain.names import SiteKey

Digest = NewType("Digest", str)
"""The first 16 hex digits of a SHA-256."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of a release: `config.json`, `lb.js` or `relay.json`."""

    name: str
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class ArtifactSet:
    """What one site's compilation yields, in order of name."""

    site: SiteKey
    artifacts: tuple[Artifact, ...]

    @property
    def digest(self) -> Digest:
        """Names the set: equal for equal bytes, whoever compiled them and where."""
        return set_digest((a.name, a.body) for a in self.artifacts)


def digest_of(body: bytes) -> Digest:
    """Names one body."""
    return Digest(hashlib.sha256(body).hexdigest()[:16])


def set_digest(named: Iterable[tuple[str, bytes]]) -> Digest:
    """SHA-256 over each name and body, both preceded by their length, in order of name."""
    state = hashlib.sha256()
    for name, body in sorted(named):
        for part in (name.encode(), body):
            state.update(len(part).to_bytes(8, "big"))
            state.update(part)
    return Digest(state.hexdigest()[:16])
