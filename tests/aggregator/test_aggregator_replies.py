"""Each way in which an aggregator answers frames, and that nothing is counted but on OK."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.constants import BACKLOG_MS
from ingest_grpc.aggregator.store import Store
from ingest_grpc.wire.frame import Epoch, Frame, Status, Watermark, seal
from ingest_grpc.wire.ports import RefusedError
from tests.aggregator.traces import NOON_MS, RELAY, Clock, Journal, beacon, count_of


@pytest.fixture
def journal() -> Journal:
    """Six frames of one view each."""
    journal = Journal()
    for _ in range(6):
        journal.seal(beacon())
    return journal


def _mark(frames: Sequence[Frame], sequence: int) -> Watermark:
    return Watermark(sequence, frames[sequence - 1].hash) if sequence else Watermark()


async def test_an_epoch_never_heard_of_stands_at_nothing(aggregator: Aggregator) -> None:
    assert await aggregator.hello(RELAY, NOON_MS) == Watermark()


async def test_hello_says_where_an_epoch_stands(aggregator: Aggregator, journal: Journal) -> None:
    await aggregator.commit(RELAY, journal.frames[:4])
    assert await aggregator.hello(RELAY, NOON_MS) == _mark(journal.frames, 4)


@pytest.mark.parametrize("off_ms", [-300_001, 300_001])
async def test_a_relay_whose_clock_is_off_is_refused(aggregator: Aggregator, off_ms: int) -> None:
    with pytest.raises(RefusedError, match="now_ms"):
        await aggregator.hello(RELAY, NOON_MS + off_ms)


# First commit frames 1 to `before`, then send `first` to `last`: what is answered, and where the epoch stands then.
REPLIES = [
    (0, 1, 1, Status.OK, 1),
    (0, 1, 6, Status.OK, 6),
    (3, 4, 4, Status.OK, 4),
    (3, 4, 6, Status.OK, 6),
    (3, 3, 3, Status.DUPLICATE, 3),
    (3, 1, 3, Status.DUPLICATE, 3),
    (5, 2, 3, Status.DUPLICATE, 5),
    (3, 2, 5, Status.OK, 5),
    (3, 1, 6, Status.OK, 6),
    (0, 2, 2, Status.GAP, 0),
    (3, 5, 6, Status.GAP, 3),
]


@pytest.mark.parametrize(("before", "first", "last", "status", "stands"), REPLIES)
async def test_frames_are_answered_by_where_their_epoch_stands(
    aggregator: Aggregator,
    store: Store,
    journal: Journal,
    before: int,
    first: int,
    last: int,
    status: Status,
    stands: int,
) -> None:
    frames = journal.frames
    if before:
        await aggregator.commit(RELAY, frames[:before])
    reply = await aggregator.commit(RELAY, frames[first - 1 : last])
    assert (reply.status, reply.watermark) == (status, _mark(frames, stands))
    assert await aggregator.hello(RELAY, NOON_MS) == reply.watermark
    assert await count_of(store, "views") == stands


@pytest.mark.parametrize("first", [2, 3, 4])
async def test_another_history_of_an_epoch_is_diverged_and_changes_nothing(
    aggregator: Aggregator, store: Store, journal: Journal, first: int
) -> None:
    await aggregator.commit(RELAY, journal.frames[:3])
    other = Journal()
    for _ in range(5):
        other.seal(beacon())
    reply = await aggregator.commit(RELAY, other.frames[first - 1 :])
    assert (reply.status, reply.watermark) == (Status.DIVERGED, _mark(journal.frames, 3))
    assert await count_of(store, "views") == 3


async def test_epochs_and_relays_do_not_know_of_each_other(aggregator: Aggregator, store: Store) -> None:
    for epoch in (RELAY, Epoch("relay-1", b"f" * 16), Epoch("relay-2", b"e" * 16)):
        journal = Journal(epoch)
        journal.seal(beacon())
        assert (await aggregator.commit(epoch, journal.frames)).status is Status.OK
    assert await count_of(store, "views") == 3


async def test_frames_sealed_too_long_ago_are_stale_and_the_stream_goes_on(
    aggregator: Aggregator, store: Store, clock: Clock
) -> None:
    journal = Journal(clock=Clock(NOON_MS))
    journal.seal(beacon())
    clock.now_ms = NOON_MS + BACKLOG_MS + 1
    reply = await aggregator.commit(RELAY, journal.frames)
    assert (reply.status, reply.watermark) == (Status.STALE, _mark(journal.frames, 1))
    assert await count_of(store, "views") == 0


async def test_frames_that_wait_for_just_as_long_as_allowed_are_counted(
    aggregator: Aggregator, store: Store, clock: Clock
) -> None:
    journal = Journal(clock=Clock(NOON_MS))
    journal.seal(beacon())
    clock.now_ms = NOON_MS + BACKLOG_MS
    assert (await aggregator.commit(RELAY, journal.frames)).status is Status.OK
    assert await count_of(store, "views") == 1


def _altered(frame: Frame) -> Frame:
    return Frame(frame.sequence, frame.sealed_ms, frame.previous_hash, 1, b"other", frame.hash)


BROKEN_CHAINS: dict[str, Callable[[list[Frame]], list[Frame]]] = {
    "frames": lambda _: [],
    r"frames\[1\].sequence": lambda f: [f[0], f[2]],
    r"frames\[1\].previous_hash": lambda f: [f[0], seal(2, NOON_MS, b"12345678", 0, b"")],
    r"frames\[0\].previous_hash": lambda _: [seal(1, NOON_MS, b"12345678", 0, b"")],
    r"frames\[2\].hash": lambda f: [f[0], f[1], _altered(f[2])],
}


@pytest.mark.parametrize("field", BROKEN_CHAINS)
async def test_frames_that_do_not_chain_are_refused_by_the_field_that_is_wrong(
    aggregator: Aggregator, journal: Journal, field: str
) -> None:
    with pytest.raises(RefusedError, match=field):
        await aggregator.commit(RELAY, BROKEN_CHAINS[field](journal.frames))
    assert await aggregator.hello(RELAY, NOON_MS) == Watermark()
