"""Admitted beacons made durable: gathered for a moment, sealed into a frame, written and synced; only then confirmed.

Each start is a new epoch. May not know what a beacon says, or who reads the frames.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from ingest_grpc.relay.counts import Counts
from ingest_grpc.relay.disk import Disk
from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.relay.segment import SegmentHead, write_frame, write_head
from ingest_grpc.relay.shelf import Segment, Shelf, segment_name
from ingest_grpc.wire.batch import join_beacons
from ingest_grpc.wire.frame import Epoch, Frame, Watermark, seal

EPOCH_BYTES = 16
MOST_FAILURES = 2
"""So many writes in a row that fail, and the process had better end."""

Outcome = Refusal | None
"""None: the beacon is durable."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class JournalLimits:
    """When the journal says no, and how it groups."""

    group_beacons: int = 512
    group_bytes: int = 512 << 10
    gather_s: float = 0.003
    """How long a group waits at most until it is as large as the one before."""
    segment_bytes: int = 16 << 20
    waiting_bytes: int = 8 << 20
    """Beacons not durable yet; above it new ones are refused as BUSY."""
    reserve_bytes: int = 64 << 20
    reserve_share: float = 0.01
    """Of the disk; the greater of both reserves is never touched: JOURNAL_FULL comes before the disk is."""
    kept_bytes: int = 16 << 30
    """All segments together; above it new beacons are refused as JOURNAL_FULL."""
    look_s: float = 1.0
    """How often the disk is asked for its room."""


@dataclass(slots=True)
class _Waiting:
    """What will stand in a frame."""

    payload: bytes
    confirmed: asyncio.Future[Outcome]
    copied: Frame | None = None
    """The frame of another epoch that this is a copy of; it keeps its count and its seal."""


class Journal:
    """Appends to one epoch. Owns the task that writes and the one that watches the disk's room."""

    def __init__(
        self,
        disk: Disk,
        shelf: Shelf,
        relay: str,
        clock: Callable[[], int],
        randomness: Callable[[int], bytes],
        counts: Counts,
        limits: JournalLimits,
    ) -> None:
        self._disk = disk
        self._shelf = shelf
        self._relay = relay
        self._clock = clock
        self._randomness = randomness
        self._counts = counts
        self._limits = limits
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._enough = asyncio.Event()
        self._expected = 0
        self._is_open = False
        self._is_full = False
        self._writing = asyncio.Lock()
        self._segment: Segment | None = None
        self._number = 0
        self._failures = 0
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self.refusal: Refusal | None = Refusal.STOPPING
        """Why nothing would be kept now; None where it would."""
        self.epoch = Epoch(relay, b"")
        self.written = Watermark()
        """The last durable frame."""
        self.grown = asyncio.Event()
        """Set with each durable frame, for whoever sends them."""
        self.broken = asyncio.Event()
        """Set when writes keep failing: nothing can be kept until the process is started anew."""

    async def open(self) -> None:
        """Begin a new epoch, durable before the first beacon is taken. Raises OSError."""
        await self.begin_epoch()
        await self.look_for_room()
        self._is_open = True
        self._reconsider()
        self._tasks = (asyncio.create_task(self._write_for_ever()), asyncio.create_task(self._look_for_ever()))

    async def close(self) -> None:
        """Take nothing more, write what waits, end the tasks."""
        if not self._is_open:
            return
        self._is_open = False
        self._reconsider()
        self._wake.set()
        self._enough.set()
        writing, looking = self._tasks
        await writing
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)

    def keep(self, beacon: bytes) -> asyncio.Future[Outcome] | Refusal:
        """Take one encoded beacon; the future tells when it is durable, or why it is not."""
        if self.refusal is not None:
            return self.refusal
        if self._waiting_bytes + len(beacon) > self._limits.waiting_bytes:
            return Refusal.BUSY
        self._counts.received += 1
        return self._queue(_Waiting(beacon, asyncio.get_running_loop().create_future()))

    async def copy(self, frame: Frame, payload: bytes) -> None:
        """Write a frame of another epoch into this one. Raises OSError where that fails."""
        waiting = _Waiting(payload, asyncio.get_running_loop().create_future(), frame)
        if await self._queue(waiting) is not None:
            raise OSError("the copy of a frame was not written")

    async def begin_epoch(self) -> None:
        """Leave the epoch as it is, and write to a new one from the next frame on. Raises OSError."""
        async with self._writing:
            self.epoch = Epoch(self._relay, self._randomness(EPOCH_BYTES))
            self.written = Watermark()
            self._number = 0
            await self._begin_segment()

    async def look_for_room(self) -> None:
        """Say no from now on where the reserve or the quota is reached; yes again where it is not."""
        room = await self._disk.room()
        reserve = max(self._limits.reserve_bytes, int(room.whole * self._limits.reserve_share))
        is_full = room.free < reserve or self._shelf.bytes_kept > self._limits.kept_bytes
        if is_full and not self._is_full:
            _log.error("the journal is full: beacons are refused", bytes=room.free)
        self._is_full = is_full
        self._reconsider()

    def _reconsider(self) -> None:
        reasons = (
            (not self._is_open, Refusal.STOPPING),
            (self.broken.is_set(), Refusal.JOURNAL_FAILED),
            (self._is_full, Refusal.JOURNAL_FULL),
        )
        self.refusal = next((refusal for holds, refusal in reasons if holds), None)

    def _queue(self, waiting: _Waiting) -> asyncio.Future[Outcome]:
        if not self._waiting:
            self._wake.set()
        self._waiting.append(waiting)
        self._waiting_bytes += len(waiting.payload)
        if len(self._waiting) >= self._expected:
            self._enough.set()
        return waiting.confirmed

    async def _write_for_ever(self) -> None:
        while self._waiting or self._is_open:
            await self._wake.wait()
            if len(self._waiting) < self._expected and self._is_open:
                await self._gather()
            group = self._take()
            self._expected = len(group)
            if group:
                await self._commit(group)

    async def _gather(self) -> None:
        """Wait until as many are there as came last time, or not much longer."""
        timer = asyncio.get_running_loop().call_later(self._limits.gather_s, self._enough.set)
        self._enough.clear()
        await self._enough.wait()
        timer.cancel()

    def _take(self) -> list[_Waiting]:
        """The next group: one copied frame, or as many beacons as a frame may hold."""
        group: list[_Waiting] = []
        size = 0
        while self._waiting and len(group) < self._limits.group_beacons and size < self._limits.group_bytes:
            if self._waiting[0].copied is not None and group:
                break
            taken = self._waiting.popleft()
            group.append(taken)
            size += len(taken.payload)
            if taken.copied is not None:
                break
        self._waiting_bytes -= size
        if not self._waiting:
            self._wake.clear()
        return group

    async def _commit(self, group: list[_Waiting]) -> None:
        async with self._writing:
            frame = self._sealed(group)
            try:
                await self._append(write_frame(frame))
            except Exception as error:  # noqa: BLE001  whatever went wrong, nobody is left waiting for an answer
                self._fail(group, error)
                return
            self._failures = 0
            self.written = Watermark(frame.sequence, frame.hash)
        self._counts.admitted += _beacons(group)
        self.grown.set()
        _confirm(group, None)

    def _sealed(self, group: list[_Waiting]) -> Frame:
        copied = group[0].copied
        beacons, sealed_ms = (len(group), self._clock()) if copied is None else (copied.beacons, copied.sealed_ms)
        payload = join_beacons([taken.payload for taken in group])
        return seal(self.written.sequence + 1, sealed_ms, self.written.hash, beacons, payload)

    async def _append(self, frame: bytes) -> None:
        if self._segment is None or self._segment.size + len(frame) > self._limits.segment_bytes:
            await self._begin_segment()
        segment = self._segment
        if segment is None:
            raise OSError("no segment could be begun")
        with self._counts.sync_s.time():
            await self._disk.append(segment.name, frame)
        segment.size += len(frame)

    def _fail(self, group: list[_Waiting], error: Exception) -> None:
        """A failed sync is final for its file: what comes next goes into a new one."""
        _log.error("beacons could not be written", beacons=len(group), error=type(error).__name__)
        self._close_segment()
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self.broken.set()
            self._reconsider()
        self._counts.refused[Refusal.JOURNAL_FAILED] += _beacons(group)
        _confirm(group, Refusal.JOURNAL_FAILED)

    async def _begin_segment(self) -> None:
        self._close_segment()
        self._number += 1
        head = SegmentHead(self.epoch, self._number, self.written.sequence + 1, self._clock())
        await self._disk.create(segment_name(self.epoch, self._number), write_head(head))
        self._segment = self._shelf.put(head)

    def _close_segment(self) -> None:
        if self._segment is not None:
            self._segment.is_closed = True
            self._segment = None

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._limits.look_s)
            try:
                await self.look_for_room()
            except OSError as error:
                _log.error("the disk does not say how much room it has", error=type(error).__name__)


def _beacons(group: list[_Waiting]) -> int:
    """How many came in just now; copies did not."""
    return 0 if group[0].copied is not None else len(group)


def _confirm(group: list[_Waiting], outcome: Outcome) -> None:
    for taken in group:
        if not taken.confirmed.done():
            taken.confirmed.set_result(outcome)
