"""The journal's format: cut anywhere, flipped anywhere, it never yields a frame that was not written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_grpc.relay.segment import (
    FRAME_HEAD_BYTES,
    HEAD_BYTES,
    SegmentHead,
    UnknownVersionError,
    read_frames,
    read_head,
    write_frame,
    write_head,
)
from ingest_grpc.wire.frame import NO_HASH, Epoch, Frame, seal

HEAD = SegmentHead(Epoch("relay-1", bytes(range(16))), 3, 41, 1_700_000_000_000)


def chain(count: int, payload: bytes = b"payload of frame %d") -> list[Frame]:
    """Frames that follow one upon the other."""
    frames: list[Frame] = []
    for number in range(1, count + 1):
        previous = frames[-1].hash if frames else NO_HASH
        frames.append(seal(number, 1_700_000_000_000 + number, previous, number, payload % number))
    return frames


FRAMES = chain(3)
WRITTEN = [write_frame(frame) for frame in FRAMES]
DATA = b"".join(WRITTEN)
LAST = len(DATA) - len(WRITTEN[2])


def test_a_head_is_read_as_it_was_written() -> None:
    written = write_head(HEAD)
    assert len(written) == HEAD_BYTES
    assert read_head(written + b"what follows") == HEAD


@pytest.mark.parametrize("at", range(HEAD_BYTES))
def test_a_head_with_any_byte_flipped_is_damaged(at: int) -> None:
    written = bytearray(write_head(HEAD))
    written[at] ^= 0x40
    assert read_head(bytes(written)) is None


@pytest.mark.parametrize("length", [0, 1, HEAD_BYTES - 1])
def test_a_head_that_is_cut_off_is_damaged(length: int) -> None:
    assert read_head(write_head(HEAD)[:length]) is None


def test_a_head_of_another_version_is_not_called_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest_grpc.relay.segment.VERSION", 2)
    written = write_head(HEAD)
    monkeypatch.undo()
    with pytest.raises(UnknownVersionError):
        read_head(written)


def test_a_relay_with_a_name_too_long_for_the_head_is_an_error() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        write_head(SegmentHead(Epoch("r" * 65, bytes(16)), 1, 1, 0))


def test_a_tombstone_is_never_written() -> None:
    with pytest.raises(ValueError, match="tombstone"):
        write_frame(Frame(1, 0, NO_HASH, 1, None, b"12345678"))


def test_frames_are_read_as_they_were_written() -> None:
    found = read_frames(DATA, at_end=True)
    assert list(found.frames) == FRAMES
    assert found.consumed == len(DATA)


@pytest.mark.parametrize("length", range(LAST, len(DATA)))
def test_a_last_frame_cut_at_any_byte_is_dropped_and_the_others_stay(length: int) -> None:
    found = read_frames(DATA[:length], at_end=True)
    assert list(found.frames) == FRAMES[:2]
    assert found.consumed == length


@pytest.mark.parametrize("length", range(LAST, len(DATA)))
def test_a_frame_that_goes_on_in_the_next_stretch_is_left_for_it(length: int) -> None:
    found = read_frames(DATA[:length], at_end=False)
    assert list(found.frames) == FRAMES[:2]
    assert list(read_frames(DATA[found.consumed :], at_end=True).frames) == FRAMES[2:]


@pytest.mark.parametrize("at", range(len(WRITTEN[0]), LAST))
def test_a_frame_with_any_byte_flipped_is_a_tombstone_or_missing_and_the_others_stay(at: int) -> None:
    data = bytearray(DATA)
    data[at] ^= 0x01
    found = read_frames(bytes(data), at_end=True)
    first, *middle, last = found.frames
    assert (first, last) == (FRAMES[0], FRAMES[2])
    if at >= len(WRITTEN[0]) + FRAME_HEAD_BYTES:
        whole = FRAMES[1]
        assert middle == [Frame(2, whole.sealed_ms, whole.previous_hash, 2, None, whole.hash)]
    else:
        assert middle == []


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_that_are_no_frames_yield_none(data: bytes) -> None:
    assert read_frames(data, at_end=True).frames == ()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(DATA)), st.binary(max_size=80), st.integers(0, 80))
def test_whatever_is_put_in_or_taken_out_only_written_frames_are_read(at: int, put: bytes, take: int) -> None:
    data = DATA[:at] + put + DATA[at + take :]
    for at_end in (True, False):
        found = read_frames(data, at_end=at_end)
        assert 0 <= found.consumed <= len(data)
        for frame in found.frames:
            written = FRAMES[frame.sequence - 1]
            assert frame.payload in (written.payload, None)
            assert frame.hash == written.hash


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, len(DATA)), max_size=10))
def test_read_in_stretches_of_any_length_the_frames_are_the_same(lengths: list[int]) -> None:
    frames: list[Frame] = []
    at = 0
    for end in [*sorted(lengths), len(DATA)]:
        found = read_frames(DATA[at:end], at_end=end == len(DATA))
        frames.extend(found.frames)
        at += found.consumed
    assert frames == FRAMES
