"""The aggregator: takes frames from relays and counts their beacons exactly once.

Knows no gRPC: whoever holds frames may ask it. The clock is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import structlog

from ingest_grpc.aggregator.commit import Committed, commit
from ingest_grpc.aggregator.constants import EPOCH_MS, HELLO_SKEW_MS, KEEP_DAYS, check_constants
from ingest_grpc.aggregator.counts import Counts
from ingest_grpc.aggregator.inspection import Fate, Inspected, check_chain, inspect, reasons
from ingest_grpc.aggregator.names import Names
from ingest_grpc.aggregator.retention import Retention
from ingest_grpc.aggregator.store import Store
from ingest_grpc.aggregator.transaction import Transaction, UnstorableError
from ingest_grpc.wire.batch import NewerError
from ingest_grpc.wire.frame import Epoch, Frame, Reply, Status, Watermark
from ingest_grpc.wire.ports import RefusedError, UnavailableError

FORGET_AT_ONCE = 5_000
"""Old nonces dropped beside one commit, so that no commit takes noticeably longer for it."""

Around = Callable[[], AbstractContextManager[object]]

_log = structlog.get_logger(__name__)


class Aggregator:
    """Implements `wire.ports.Aggregation` on a store."""

    def __init__(
        self, store: Store, clock: Callable[[], int], keep_days: int = KEEP_DAYS, around: Around = nullcontext
    ) -> None:
        """`clock` gives milliseconds since 1970-01-01 UTC; days are kept for `keep_days`, then only their years are.

        Each transaction runs within what `around` gives.
        """
        check_constants()
        self._store = store
        self._clock = clock
        self._names = Names()
        self._forgotten_period = -1
        self._retention = Retention(keep_days)
        self._around = around
        self.counts = Counts()

    async def hello(self, epoch: Epoch, now_ms: int) -> Watermark:
        """Where this epoch stands. Raises UnavailableError; RefusedError where the relay's clock is far off."""
        off_ms = now_ms - self._clock()
        if abs(off_ms) > HELLO_SKEW_MS:
            raise RefusedError("now_ms", f"the relay's clock is {off_ms / 1000:+.0f} s off the aggregator's")
        sql = "SELECT sequence, hash FROM counts_watermark WHERE relay = ? AND epoch = ?"
        rows = await self._store.read(sql, (epoch.relay, epoch.id))
        return Watermark(*rows[0]) if rows else Watermark()

    async def commit(self, epoch: Epoch, frames: Sequence[Frame]) -> Reply:
        """Commit gapless ascending frames. Raises UnavailableError; RefusedError where they do not chain."""
        check_chain(frames)
        now_ms = self._clock()
        try:
            inspected = [inspect(frame, now_ms) for frame in frames]
        except NewerError as error:
            raise UnavailableError(f"this aggregator is older than the relay: {error}") from error
        reply = await self._commit(epoch, inspected, now_ms)
        if reply.status is Status.DUPLICATE and reply.watermark.sequence < frames[-1].sequence:
            # The first of them were committed before, under another call; the others were not.
            rest = [f for f in inspected if f.frame.sequence > reply.watermark.sequence]
            reply = await self._commit(epoch, rest, now_ms)
        self.counts.replies[reply.status] += 1
        return reply

    async def _commit(self, epoch: Epoch, frames: Sequence[Inspected], now_ms: int) -> Reply:
        try:
            return await self._commit_together(epoch, frames, now_ms)
        except UnstorableError:
            return await self._commit_singly(epoch, frames, now_ms)

    async def _commit_singly(self, epoch: Epoch, frames: Sequence[Inspected], now_ms: int) -> Reply:
        """One frame a transaction; a frame whose counts do not fit is set aside, so that it stops nobody else."""
        for frame in frames:
            try:
                reply = await self._commit_together(epoch, [frame], now_ms)
            except UnstorableError:
                aside = replace(frame, fate=Fate.OVERFLOW, beacons=(), rejected=())
                reply = await self._commit_together(epoch, [aside], now_ms)
            if reply.status not in (Status.OK, Status.STALE):
                break
        return reply

    async def _commit_together(self, epoch: Epoch, frames: Sequence[Inspected], now_ms: int) -> Reply:
        async def work(transaction: Transaction) -> tuple[Committed | Reply, int]:
            outcome = await commit(transaction, epoch, frames, self._names, now_ms)
            if isinstance(outcome, Reply):
                return outcome, self._forgotten_period
            await self._retention.roll_up_some(transaction, now_ms)
            return outcome, await self._forget(transaction, outcome.period, now_ms)

        with self.counts.commit_s.time(), self._around():
            outcome, forgotten_period = await self._store.write(work)
        if isinstance(outcome, Reply):
            return outcome
        self._forgotten_period = forgotten_period
        self._names.learn(outcome.found_names)
        self._store.live.ring(cell.site for cell in outcome.tally.cells)
        self.counts.book(outcome.booked)
        self._note(epoch, frames)
        return outcome.reply

    async def _forget(self, transaction: Transaction, period: int, now_ms: int) -> int:
        """Drop some of what is too old to matter; up to which period nothing of it is left."""
        if period <= self._forgotten_period:
            return self._forgotten_period
        if await transaction.forget_nonces(period, FORGET_AT_ONCE) == FORGET_AT_ONCE:
            return self._forgotten_period
        await transaction.forget_epochs(now_ms - EPOCH_MS)
        return period

    def _note(self, epoch: Epoch, frames: Sequence[Inspected]) -> None:
        self.counts.rejections.update(reasons(frames))
        self.counts.fates.update(frame.fate for frame in frames)
        for frame in frames:
            if frame.fate is not Fate.COUNT:
                _log.warning(
                    "frame not counted",
                    relay=epoch.relay,
                    sequence=frame.frame.sequence,
                    beacons=frame.frame.beacons,
                    why=frame.fate.value,
                )
