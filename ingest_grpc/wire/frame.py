"""Frames and what is said about them between a relay and an aggregator, free of protobuf.

May not know about files, calls or databases.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum

HASH_BYTES = 8
NO_HASH = b""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One life of one relay process: the relay's name and 16 random bytes."""

    relay: str
    id: bytes


@dataclass(frozen=True, slots=True)
class Watermark:
    """The last frame of an epoch that is committed; sequence 0 for none."""

    sequence: int = 0
    hash: bytes = NO_HASH


@dataclass(frozen=True, slots=True)
class Frame:
    """Beacons made durable together. `payload` is None where it was lost to a bad disk (a tombstone)."""

    sequence: int
    sealed_ms: int
    previous_hash: bytes
    beacons: int
    payload: bytes | None
    hash: bytes
    """Covers sequence, seal, previous hash and payload; a tombstone keeps the hash that it had."""


def chain_hash(sequence: int, sealed_ms: int, previous_hash: bytes, payload: bytes) -> bytes:
    """The first 8 bytes of SHA-256 over the frame, so that two histories of an epoch can't be confused."""
    head = sequence.to_bytes(8, "big") + sealed_ms.to_bytes(8, "big") + previous_hash
    return hashlib.sha256(head + payload).digest()[:HASH_BYTES]


def seal(sequence: int, sealed_ms: int, previous_hash: bytes, beacons: int, payload: bytes) -> Frame:
    """A new frame."""
    hashed = chain_hash(sequence, sealed_ms, previous_hash, payload)
    return Frame(sequence, sealed_ms, previous_hash, beacons, payload, hashed)


class Status(Enum):
    """How an aggregator answers frames."""

    OK = "committed"
    DUPLICATE = "committed before"
    GAP = "frames are missing before these"
    DIVERGED = "another history of this epoch is committed"
    STALE = "sealed too long ago; set aside"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer, with where the epoch stands now."""

    status: Status
    watermark: Watermark
