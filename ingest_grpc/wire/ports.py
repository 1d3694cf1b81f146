"""What a relay asks of an aggregator: the same two questions over gRPC, in one process, or in a simulator.

May not know how the question travels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ingest_grpc.wire.frame import Epoch, Frame, Reply, Watermark


class UnavailableError(Exception):
    """No answer. It means *unknown*, never *not done*: only the watermark tells."""


class RefusedError(UnavailableError):
    """The question itself is at fault: nothing was done, and asking it again unchanged will not help."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field}: {what}")
        self.field = field
        self.what = what


class Aggregation(Protocol):
    """Takes frames and counts their beacons exactly once."""

    async def hello(self, epoch: Epoch, now_ms: int) -> Watermark:
        """Where this epoch stands. Raises UnavailableError; RefusedError where the relay's clock is far off."""
        ...

    async def commit(self, epoch: Epoch, frames: Sequence[Frame]) -> Reply:
        """Commit gapless ascending frames. Raises UnavailableError; RefusedError where they do not chain."""
        ...
