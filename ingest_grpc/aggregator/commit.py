"""From frames to counts, exactly once: what is said to the database in one transaction, and in which order.

May not know how statements are written, or how frames arrived.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.beacon import Admitted
from domain.tally import Tally, fold
from ingest_grpc.aggregator.books import UNKNOWN_SITE, Booking, Books, Outcome, book
from ingest_grpc.aggregator.constants import DAY_MS, PERIOD_MS, QUARANTINE_FRAMES
from ingest_grpc.aggregator.inspection import Fate, Inspected
from ingest_grpc.aggregator.names import Names, Place, cap
from ingest_grpc.aggregator.transaction import NonceKey, Transaction
from ingest_grpc.wire.frame import Epoch, Reply, Status, Watermark


@dataclass(frozen=True, slots=True)
class Committed:
    """The answer to a relay, and what the transaction added; nothing unless the answer is OK or STALE."""

    reply: Reply
    tally: Tally
    found_names: dict[Place, frozenset[str]]
    period: int
    booked: Books


async def commit(
    transaction: Transaction, epoch: Epoch, frames: Sequence[Inspected], names: Names, now_ms: int
) -> Committed | Reply:
    """Count frames that follow upon the epoch's watermark; otherwise say where it stands."""
    refusal = await _take_place(transaction, epoch, frames, now_ms)
    if refusal is not None:
        return refusal
    period = await transaction.period(now_ms // PERIOD_MS)
    fresh = await _sort_out_repeats(transaction, frames, period)
    tally, found = await cap(fold(fresh.values()), names, transaction)
    await transaction.add_cells(tally.cells.items())
    await transaction.add_late(tally.cells.items(), now_ms // DAY_MS)
    kept = await _set_aside(transaction, epoch, frames)
    booked = book(_bookings(frames, fresh, kept))
    await transaction.add_books(booked)
    stale = any(frame.fate is Fate.STALE for frame in frames)
    reply = Reply(Status.STALE if stale else Status.OK, _after(frames))
    return Committed(reply, tally, found, period, booked)


async def _take_place(transaction: Transaction, epoch: Epoch, frames: Sequence[Inspected], now_ms: int) -> Reply | None:
    """Move the watermark over the frames, first of all; None where that was possible."""
    first = frames[0].frame
    before = Watermark(first.sequence - 1, first.previous_hash)
    if await transaction.advance(epoch, before, _after(frames), now_ms):
        return None
    stands = await transaction.watermark(epoch)
    if stands is None and first.sequence == 1:
        if await transaction.begin_epoch(epoch, _after(frames), now_ms):
            return None
        stands = await transaction.watermark(epoch)
    return _where_it_stands(stands or Watermark(), frames)


def _where_it_stands(stands: Watermark, frames: Sequence[Inspected]) -> Reply:
    first = frames[0].frame
    if stands.sequence < first.sequence - 1:
        return Reply(Status.GAP, stands)
    hashes = {first.sequence - 1: first.previous_hash} | {f.frame.sequence: f.frame.hash for f in frames}
    same = hashes.get(stands.sequence, stands.hash) == stands.hash
    return Reply(Status.DUPLICATE if same else Status.DIVERGED, stands)


def _after(frames: Sequence[Inspected]) -> Watermark:
    last = frames[-1].frame
    return Watermark(last.sequence, last.hash)


async def _sort_out_repeats(
    transaction: Transaction, frames: Sequence[Inspected], period: int
) -> dict[NonceKey, Admitted]:
    """Beacons that were never counted; of two with the same nonce the first."""
    first: dict[NonceKey, Admitted] = {}
    for frame in frames:
        for beacon in frame.beacons:
            first.setdefault((beacon.site, beacon.nonce), beacon)
    new = await transaction.claim(first, period)
    return {key: beacon for key, beacon in first.items() if key in new}


async def _set_aside(transaction: Transaction, epoch: Epoch, frames: Sequence[Inspected]) -> set[int]:
    """Keep unreadable and stale frames for a person, as far as there is room; which ones."""
    aside = [frame for frame in frames if frame.fate not in (Fate.COUNT, Fate.LOST)]
    if not aside:
        return set()
    room = max(0, QUARANTINE_FRAMES - await transaction.quarantined())
    for frame in aside[:room]:
        await transaction.set_aside(epoch, frame.frame, frame.fate.value)
    return {frame.frame.sequence for frame in aside[:room]}


def _bookings(frames: Sequence[Inspected], fresh: dict[NonceKey, Admitted], kept: set[int]) -> Iterator[Booking]:
    """What became of every beacon of the frames."""
    for frame in frames:
        if frame.fate is not Fate.COUNT:
            outcome = Outcome.QUARANTINED if frame.frame.sequence in kept else Outcome.DECLARED_LOST
            yield UNKNOWN_SITE, frame.hour, outcome, frame.frame.beacons
        for beacon in frame.beacons:
            counted = fresh.get((beacon.site, beacon.nonce)) is beacon
            yield beacon.site, frame.hour, Outcome.COUNTED if counted else Outcome.DUPLICATE, 1
        for site, _ in frame.rejected:
            yield site, frame.hour, Outcome.REJECTED, 1
