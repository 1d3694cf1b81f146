"""Durable frames to the aggregator: in order, one call at a time, until all that is durable is acknowledged.

The aggregator's watermark is the only truth: where it goes back, so does the sender. May not know how a call travels.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum

import structlog

from ingest_grpc.relay.counts import Counts
from ingest_grpc.relay.shelf import Shelf
from ingest_grpc.wire.frame import Epoch, Frame, Reply, Status, Watermark
from ingest_grpc.wire.ports import Aggregation, RefusedError, UnavailableError

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between calls, between questions when idle, before another try, and until a call is given up."""

    gather_s: float = 0.05
    """After each call, so that the next one carries more."""
    ask_s: float = 60.0
    """When idle, how often to ask whether the watermark has gone back because a database was restored."""
    first_retry_s: float = 0.1
    most_retry_s: float = 30.0
    call_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Sending:
    """What senders share."""

    aggregation: Aggregation
    shelf: Shelf
    clock: Callable[[], int]
    chance: Callable[[], float]
    """Draws evenly from 0 to 1."""
    sleep: Callable[[float], Awaitable[object]]
    counts: Counts
    pace: Pace


class Ending(Enum):
    """Why a sender is done."""

    EMPTY = "nothing of the epoch is left to send or to keep"
    DIVERGED = "the aggregator has another history of the epoch"


class Sender:
    """Sends one epoch."""

    def __init__(
        self, epoch: Epoch, sending: Sending, grown: asyncio.Event, written: Callable[[], Watermark] | None = None
    ) -> None:
        """`grown` is set when there may be more; `written` tells the last durable frame of an epoch that grows."""
        self.epoch = epoch
        self.acknowledged = Watermark()
        self.is_idle = False
        """Whether all that was durable when last looked is acknowledged."""
        self._sending = sending
        self._grown = grown
        self._written = written
        self._must_ask = True
        self._failures = 0

    async def run(self, turn: asyncio.Semaphore) -> Ending:
        """Send until done. Only while it has its turn it reads and calls."""
        while self._written is not None or self._sending.shelf.holds(self.epoch):
            try:
                async with turn:
                    ending = await self._catch_up()
                if ending is not None:
                    return ending
            except Exception as error:  # noqa: BLE001  an answer that is missing or makes no sense: ask again later
                await self._back_off(error)
            else:
                await self._rest()
        return Ending.EMPTY

    async def _catch_up(self) -> Ending | None:
        """Send all that is durable; then drop what need not be kept."""
        sending = self._sending
        if self._must_ask:
            async with self._deadline():
                self.acknowledged = await sending.aggregation.hello(self.epoch, sending.clock())
            self._answered()
        self._grown.clear()
        while frames := await sending.shelf.frames(self.epoch, self.acknowledged):
            self.is_idle = False
            if frames[0].previous_hash != self.acknowledged.hash or await self._send(frames) is Status.DIVERGED:
                return Ending.DIVERGED
            await sending.sleep(sending.pace.gather_s)
            self._grown.clear()
        if self._is_overtaken():
            return Ending.DIVERGED
        self.is_idle = True
        await sending.shelf.sweep(self.epoch, self.acknowledged.sequence, sending.clock())
        return None

    async def _send(self, frames: tuple[Frame, ...]) -> Status:
        async with self._deadline():
            with self._sending.counts.commit_s.time():
                reply = await self._sending.aggregation.commit(self.epoch, frames)
        self._answered()
        self._sending.counts.replies[reply.status] += 1
        if reply.status is not Status.DIVERGED:
            self._follow(reply, frames)
        return reply.status

    def _follow(self, reply: Reply, frames: tuple[Frame, ...]) -> None:
        """Go on from where the aggregator stands."""
        if reply.watermark.sequence >= frames[-1].sequence:
            self._note_losses(reply.status, frames)
        elif reply.watermark.sequence == self.acknowledged.sequence:
            raise UnavailableError("frames were answered, and nothing came of it")
        self.acknowledged = reply.watermark

    def _note_losses(self, status: Status, frames: tuple[Frame, ...]) -> None:
        counts = self._sending.counts
        if status is Status.OK:
            lost = [frame for frame in frames if frame.payload is None]
            counts.frames_damaged += len(lost)
            counts.beacons_damaged += sum(frame.beacons for frame in lost)
            if lost:
                _log.error("frames are damaged: their beacons are lost", frames=len(lost), epoch=self.epoch.id.hex())
        if status is Status.STALE:
            _log.error("frames were set aside: sealed too long ago", frames=len(frames), epoch=self.epoch.id.hex())

    def _is_overtaken(self) -> bool:
        """Whether the aggregator has frames of a growing epoch that nobody here wrote: another process has a copy."""
        if self._written is None:
            return False
        written = self._written()
        return self.acknowledged.sequence >= written.sequence and self.acknowledged != written

    def _answered(self) -> None:
        self._must_ask = False
        self._failures = 0

    async def _back_off(self, error: Exception) -> None:
        """Full jitter: anything up to twice as long as the time before."""
        if isinstance(error, RefusedError):
            _log.error("the aggregator refuses frames", reason=error.field, epoch=self.epoch.id.hex())
        elif not isinstance(error, UnavailableError):
            _log.error("frames could not be sent", error=type(error).__name__, epoch=self.epoch.id.hex())
        pace = self._sending.pace
        longest = min(pace.most_retry_s, pace.first_retry_s * 2 ** min(self._failures, 20))
        self._failures += 1
        self._must_ask = True
        self.is_idle = False
        self._sending.counts.unanswered += 1
        await self._sending.sleep(longest * self._sending.chance())

    async def _rest(self) -> None:
        """Wait until there may be more, or until it is time to ask again."""
        try:
            async with asyncio.timeout(self._sending.pace.ask_s):
                await self._grown.wait()
        except TimeoutError:
            self._must_ask = True

    @asynccontextmanager
    async def _deadline(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._sending.pace.call_s):
                yield
        except TimeoutError as error:
            raise UnavailableError("no answer in time") from error
