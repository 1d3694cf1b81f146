"""Which visitor gets which variation: a hash of a salt and the visitor's seed, cut into ranges.

Integers only, so that Python, the browser and anyone with the salt reach the same answer.
May not know what an experiment is.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.experiment import WHOLE

_MASK = 0xFFFFFFFF


def murmur3_32(data: bytes, seed: int = 0) -> int:
    """MurmurHash3, x86 variant, 32 bits (Austin Appleby, 2011; public domain specification)."""
    h = seed
    blocks = len(data) & ~3
    for i in range(0, blocks, 4):
        h ^= _scramble(int.from_bytes(data[i : i + 4], "little"))
        h = ((h << 13) | (h >> 19)) & _MASK
        h = (h * 5 + 0xE6546B64) & _MASK
    if tail := data[blocks:]:
        h ^= _scramble(int.from_bytes(tail, "little"))
    h ^= len(data)
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & _MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & _MASK
    return h ^ (h >> 16)


def _scramble(k: int) -> int:
    k = (k * 0xCC9E2D51) & _MASK
    k = ((k << 15) | (k >> 17)) & _MASK
    return (k * 0x1B873593) & _MASK


def bucket(salt: str, seed: str) -> int:
    """The visitor's place for this salt, 0 to 9,999; `seed` is 8 lower-case hex digits."""
    # Multiply before dividing: 2**32 * 10_000 still fits a double, so the browser agrees.
    return murmur3_32(f"{salt}.{seed}".encode()) * WHOLE >> 32


def choose(weights: Sequence[int], place: int) -> int | None:
    """The index of the range that holds `place`, ranges laid out in order; None beyond the last."""
    end = 0
    for index, weight in enumerate(weights):
        end += weight
        if place < end:
            return index
    return None
