"""The journal's file format: a header, then frames that each carry their length, sums and place in a hash chain.

Pure: bytes in, frames out. May not know about files, or what a frame's payload says.

A segment begins with `_HEAD`, a frame with `_FRAME`; integers are big-endian. What cannot be read is named, not
guessed: a frame with a sound header and a damaged payload becomes a tombstone; after a damaged header reading goes on
at the next sound one; at the end of a file, what was only half written is cut off.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from ingest_grpc.wire.frame import HASH_BYTES, NO_HASH, Epoch, Frame

VERSION = 1
LONGEST_RELAY_NAME = 64

_SEGMENT_MAGIC = b"\xf1LBs"
_FRAME_MAGIC = b"\xf1LBf"
_HEAD = struct.Struct(">4sH16sIQQ64s")
"""Magic, version, epoch, number, first sequence, milliseconds when it was begun, relay's name."""
_FRAME = struct.Struct(">4sQQI I8s8sI")
"""Magic, sequence, sealed ms, beacons, payload's length, previous hash, hash, payload's CRC-32."""
_CRC = struct.Struct(">I")

HEAD_BYTES = _HEAD.size + _CRC.size
FRAME_HEAD_BYTES = _FRAME.size + _CRC.size
_NONE = bytes(HASH_BYTES)


class UnknownVersionError(ValueError):
    """A segment of a later version of Leadbright: to be left as it is."""


@dataclass(frozen=True, slots=True)
class SegmentHead:
    """What a segment says of itself."""

    epoch: Epoch
    number: int
    first_sequence: int
    begun_ms: int
    """Every frame of the segment before was sealed by then."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was read from a stretch of a segment."""

    frames: tuple[Frame, ...]
    consumed: int
    """Bytes that need not be read again."""


def write_head(head: SegmentHead) -> bytes:
    """The first bytes of a segment. The relay's name has at most 64 bytes in UTF-8."""
    relay = head.epoch.relay.encode()
    if len(relay) > LONGEST_RELAY_NAME:
        raise ValueError(f"the relay's name has more than {LONGEST_RELAY_NAME} bytes")
    packed = _HEAD.pack(_SEGMENT_MAGIC, VERSION, head.epoch.id, head.number, head.first_sequence, head.begun_ms, relay)
    return packed + _CRC.pack(zlib.crc32(packed))


def read_head(data: bytes) -> SegmentHead | None:
    """What a segment's first bytes say; None where they are damaged. Raises UnknownVersionError."""
    packed, crc = data[: _HEAD.size], data[_HEAD.size : HEAD_BYTES]
    if len(crc) < _CRC.size or _CRC.unpack(crc)[0] != zlib.crc32(packed):
        return None
    magic, version, epoch, number, first_sequence, begun_ms, relay = _HEAD.unpack(packed)
    if magic != _SEGMENT_MAGIC:
        return None
    if version != VERSION:
        raise UnknownVersionError(version)
    return SegmentHead(Epoch(relay.rstrip(b"\0").decode(), epoch), number, first_sequence, begun_ms)


def write_frame(frame: Frame) -> bytes:
    """A frame that has a payload, as it stands in a segment."""
    payload = frame.payload
    if payload is None:
        raise ValueError("a tombstone is never written")
    packed = _FRAME.pack(
        _FRAME_MAGIC,
        frame.sequence,
        frame.sealed_ms,
        frame.beacons,
        len(payload),
        frame.previous_hash or _NONE,
        frame.hash,
        zlib.crc32(payload),
    )
    return b"".join((packed, _CRC.pack(zlib.crc32(packed)), payload))


def read_frames(data: bytes, *, at_end: bool) -> Found:
    """The frames in a stretch of a segment that begins with a frame.

    With `at_end` nothing follows the stretch, so an unfinished frame is cut off; without, it is left for the next read.
    """
    frames: list[Frame] = []
    at = 0
    while at < len(data):
        start = _next_frame(data, at)
        if start is None:
            # A magic may begin in the last bytes and end in the next stretch.
            return Found(tuple(frames), len(data) if at_end else max(at, len(data) - FRAME_HEAD_BYTES + 1))
        read = _read_frame(data, start)
        if read is None:
            return Found(tuple(frames), len(data) if at_end else start)
        frame, at = read
        frames.append(frame)
    return Found(tuple(frames), at)


def _next_frame(data: bytes, at: int) -> int | None:
    """Where the next sound frame header begins."""
    at = data.find(_FRAME_MAGIC, at)
    while at >= 0:
        end = at + FRAME_HEAD_BYTES
        if len(data) < end:
            return None
        if _CRC.unpack_from(data, end - _CRC.size)[0] == zlib.crc32(data[at : end - _CRC.size]):
            return at
        at = data.find(_FRAME_MAGIC, at + 1)
    return None


def _read_frame(data: bytes, start: int) -> tuple[Frame, int] | None:
    """The frame whose sound header begins at `start`, and where it ends; None where its payload is not all there."""
    _, sequence, sealed_ms, beacons, length, previous, hashed, crc = _FRAME.unpack_from(data, start)
    begin = start + FRAME_HEAD_BYTES
    if len(data) < begin + length:
        return None
    payload: bytes | None = data[begin : begin + length]
    if zlib.crc32(payload or b"") != crc:
        payload = None
    return Frame(
        sequence, sealed_ms, NO_HASH if previous == _NONE else previous, beacons, payload, hashed
    ), begin + length
