"""The journal's segments, old and new, as lines of frames: one line an epoch, gapless, read a stretch at a time.

What the disk has lost in the middle of a line stands in it as tombstones. May not know who reads, or what frames say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import structlog

from ingest_grpc.relay.disk import Disk
from ingest_grpc.relay.segment import (
    HEAD_BYTES,
    SegmentHead,
    UnknownVersionError,
    read_frames,
    read_head,
)
from ingest_grpc.wire.frame import HASH_BYTES, Epoch, Frame, Watermark

STRETCH_BYTES = 1 << 20
"""Bytes of a segment that are read, and sent, at once."""

MOST_TOMBSTONES = 1_000
"""Frames without a trace that are declared lost at once."""

HOUR_MS = 3_600_000
RETAIN_MS = 50 * HOUR_MS
"""How long acknowledged frames are kept, so that they can be counted again after a database was restored."""
BACKLOG_MS = 72 * HOUR_MS
"""Aggregators set frames aside that were sealed longer ago."""
USELESS_MS = BACKLOG_MS + RETAIN_MS
"""Frames that are acknowledged and were sealed longer ago have been so for long enough, whoever remembers when."""

NOTHING = Watermark()

_NAME = re.compile(r"([0-9a-f]{32})-([0-9]{6})\.seg")
_LOST_HASH = bytes(HASH_BYTES)
_log = structlog.get_logger()


def segment_name(epoch: Epoch, number: int) -> str:
    """The file of an epoch's segment."""
    return f"{epoch.id.hex()}-{number:06}.seg"


@dataclass(slots=True)
class Segment:
    """A file, as far as it is known to be durable."""

    name: str
    head: SegmentHead
    size: int
    is_closed: bool
    acknowledged_ms: int | None = None
    """Since when all of it is known to be acknowledged."""


@dataclass(slots=True)
class Line:
    """The segments of one epoch in order, and where its reader stands."""

    epoch: Epoch
    segments: list[Segment] = field(default_factory=list)
    at: Watermark = NOTHING
    """The frame before the reader's place."""
    reading: int = 0
    """Number of the segment that is being read."""
    offset: int = 0
    end: int | None = None
    """The last sequence number, once the reader has come to the end of a line that will not grow."""
    youngest_ms: int = 0
    """When the youngest frame that was read was sealed."""

    @property
    def is_closed(self) -> bool:
        """Whether nothing will be added."""
        return all(s.is_closed for s in self.segments)

    def next_first(self, index: int) -> int | None:
        """The sequence number with which the segment after this one begins; what goes beyond it was never durable."""
        after = self.segments[index + 1 : index + 2]
        return after[0].head.first_sequence if after else None


class Shelf:
    """All lines in the journal's folder. Keeps no state of its own on disk."""

    def __init__(self, disk: Disk, relay: str) -> None:
        self._disk = disk
        self._relay = relay
        self._lines: dict[bytes, Line] = {}

    @property
    def bytes_kept(self) -> int:
        """The size of all segments together."""
        return sum(s.size for line in self._lines.values() for s in line.segments)

    async def open(self) -> tuple[Epoch, ...]:
        """Find what earlier processes left; files that are no segments are left alone."""
        for name in await self._disk.names():
            match = _NAME.fullmatch(name)
            if match is None:
                continue
            head = await self._head(name, bytes.fromhex(match[1]), int(match[2]))
            if head is not None:
                self._line(head.epoch).segments.append(Segment(name, head, await self._disk.size(name), is_closed=True))
        return tuple(line.epoch for line in self._lines.values())

    def put(self, head: SegmentHead) -> Segment:
        """Note a new segment, the one that is written from now on."""
        segment = Segment(segment_name(head.epoch, head.number), head, HEAD_BYTES, is_closed=False)
        self._line(head.epoch).segments.append(segment)
        return segment

    def holds(self, epoch: Epoch) -> bool:
        """Whether anything is left of an epoch."""
        return epoch.id in self._lines

    async def frames(self, epoch: Epoch, after: Watermark) -> tuple[Frame, ...]:
        """The frames that follow a watermark, about a megabyte of them; none at the end of what is durable."""
        line = self._lines.get(epoch.id)
        if line is None:
            return ()
        if line.at != after or not line.reading:
            self._seek(line, after)
        while (segment := self._being_read(line)) is not None:
            frames = await self._stretch(line, segment)
            if frames:
                line.at = Watermark(frames[-1].sequence, frames[-1].hash)
                return frames
        return ()

    async def sweep(self, epoch: Epoch, acknowledged: int, now_ms: int) -> None:
        """Delete the segments of which every frame was acknowledged long enough ago."""
        line = self._lines.get(epoch.id)
        if line is None:
            return
        for segment in tuple(line.segments):
            if segment.is_closed and self._is_useless(line, segment, acknowledged, now_ms):
                await self._disk.remove(segment.name)
                line.segments.remove(segment)
        if not line.segments:
            del self._lines[epoch.id]

    async def drop(self, epoch: Epoch) -> None:
        """Delete an epoch whose frames are kept elsewhere."""
        for segment in self._lines.pop(epoch.id).segments:
            await self._disk.remove(segment.name)

    def _line(self, epoch: Epoch) -> Line:
        return self._lines.setdefault(epoch.id, Line(epoch))

    async def _head(self, name: str, epoch: bytes, number: int) -> SegmentHead | None:
        data = await self._disk.read(name, 0, STRETCH_BYTES)
        try:
            head = read_head(data)
        except UnknownVersionError:
            _log.warning("a segment of another version is left as it is", epoch=epoch.hex())
            return None
        if head is not None:
            return head
        frames = read_frames(data, at_end=True).frames
        _log.error("the head of a segment is damaged", epoch=epoch.hex(), frames=len(frames))
        if not frames:
            return None
        known = self._lines.get(epoch)
        relay = known.epoch.relay if known else self._relay
        return SegmentHead(Epoch(relay, epoch), number, frames[0].sequence, frames[0].sealed_ms)

    def _seek(self, line: Line, after: Watermark) -> None:
        starts = [s.head.number for s in line.segments if s.head.first_sequence <= after.sequence + 1]
        line.at = after
        line.reading = starts[-1] if starts else line.segments[0].head.number
        line.offset = HEAD_BYTES

    def _being_read(self, line: Line) -> Segment | None:
        """The segment that holds the next stretch, if there is one; moves on from one that is read to its end."""
        while True:
            segment = next((s for s in line.segments if s.head.number >= line.reading), line.segments[-1])
            if line.offset < segment.size:
                return segment
            later = next((s for s in line.segments if s.head.number > segment.head.number), None)
            if later is None:
                line.end = line.at.sequence if line.is_closed else None
                return None
            line.reading, line.offset = later.head.number, HEAD_BYTES

    async def _stretch(self, line: Line, segment: Segment) -> tuple[Frame, ...]:
        end = segment.size  # what is durable ends with a frame, so an unfinished one there is damage
        size = STRETCH_BYTES
        while True:
            data = await self._disk.read(segment.name, line.offset, min(size, end - line.offset))
            at_end = line.offset + len(data) >= end or not data
            found = read_frames(data, at_end=at_end)
            if found.consumed or at_end:
                break
            size *= 2
        joined = tuple(self._joined(line, segment, found.frames))
        if joined and joined[-1].sequence < found.frames[-1].sequence:
            return joined  # so many are missing that they come first; the stretch is read again
        line.offset = end if at_end else line.offset + found.consumed
        return joined

    def _joined(self, line: Line, segment: Segment, frames: tuple[Frame, ...]) -> Iterator[Frame]:
        """The frames that continue the line, with tombstones where some are missing."""
        before_next = line.next_first(line.segments.index(segment))
        at = line.at
        for frame in frames:
            line.youngest_ms = max(line.youngest_ms, frame.sealed_ms)
            if frame.sequence <= at.sequence or (before_next is not None and frame.sequence >= before_next):
                continue
            for lost in _missing(at, frame):
                yield lost
                at = Watermark(lost.sequence, lost.hash)
            if at.sequence + 1 < frame.sequence:
                return
            yield frame
            at = Watermark(frame.sequence, frame.hash)

    def _is_useless(self, line: Line, segment: Segment, acknowledged: int, now_ms: int) -> bool:
        after = line.next_first(line.segments.index(segment))
        last = line.end if after is None else after - 1
        if last is None:
            return False
        if after is None and last < segment.head.first_sequence:
            return True
        if acknowledged < last:
            segment.acknowledged_ms = None
            return False
        segment.acknowledged_ms = segment.acknowledged_ms or now_ms
        youngest_ms = line.youngest_ms if after is None else self._begun_after(line, segment)
        return now_ms - segment.acknowledged_ms > RETAIN_MS or now_ms - youngest_ms > USELESS_MS

    def _begun_after(self, line: Line, segment: Segment) -> int:
        return line.segments[line.segments.index(segment) + 1].head.begun_ms


def _missing(at: Watermark, frame: Frame) -> Iterator[Frame]:
    """Tombstones for the frames between a watermark and a frame that left no trace, at most so many at once."""
    last = min(frame.sequence - 1, at.sequence + MOST_TOMBSTONES)
    previous = at.hash
    for sequence in range(at.sequence + 1, last + 1):
        hashed = frame.previous_hash if sequence == frame.sequence - 1 else _LOST_HASH
        yield Frame(sequence, frame.sealed_ms, previous, 0, None, hashed)
        previous = hashed
