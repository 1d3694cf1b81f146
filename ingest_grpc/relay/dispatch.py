"""The senders of all epochs: one for the epoch that grows, one for each that an earlier process left behind.

May not know how a frame is sent, only when a sender is done and why.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from ingest_grpc.relay.forward import Ending, Sender, Sending
from ingest_grpc.relay.journal import Journal
from ingest_grpc.wire.frame import Epoch, Watermark

OLD_AT_ONCE = 4
"""Epochs of earlier processes that are sent side by side."""

SETTLE_LOOK_S = 0.01

_log = structlog.get_logger()


class Dispatch:
    """Owns a task for each epoch on the shelf."""

    def __init__(self, sending: Sending, journal: Journal) -> None:
        self._sending = sending
        self._journal = journal
        self._senders: dict[bytes, tuple[Sender, asyncio.Task[None]]] = {}
        self._old_turn = asyncio.Semaphore(OLD_AT_ONCE)
        self._changed = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Durable frames of this process that are not acknowledged yet."""
        entry = self._senders.get(self._journal.epoch.id)
        acknowledged = entry[0].acknowledged.sequence if entry else 0
        return max(0, self._journal.written.sequence - acknowledged)

    @property
    def epochs_waiting(self) -> int:
        """Epochs of which not everything durable is known to be acknowledged."""
        return sum(not sender.is_idle for sender, _ in self._senders.values())

    def start(self, old: tuple[Epoch, ...]) -> None:
        """Begin to send, the epochs of earlier processes too."""
        for epoch in old:
            self._begin(Sender(epoch, self._sending, asyncio.Event()), self._old_turn)
        self._begin_growing()

    async def stop(self) -> None:
        """End every sender; a call in progress may be carried out or not, which the watermark will tell."""
        tasks = [task for _, task in self._senders.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def is_settled(self) -> bool:
        """Whether everything durable is acknowledged, as far as the senders have looked."""
        return self.waiting == 0 and all(sender.is_idle for sender, _ in self._senders.values())

    async def settle(self) -> None:
        """Wait until everything durable is acknowledged; how long is for the caller to bound."""
        while not self.is_settled():  # noqa: ASYNC110  true of many things at once, none of which knows of the others
            await asyncio.sleep(SETTLE_LOOK_S)

    def _begin_growing(self) -> None:
        journal = self._journal
        epoch = journal.epoch

        def written() -> Watermark:
            return journal.written

        self._begin(Sender(epoch, self._sending, journal.grown, written), asyncio.Semaphore(1))

    def _begin(self, sender: Sender, turn: asyncio.Semaphore) -> None:
        task = asyncio.create_task(self._see_through(sender, turn), name="send frames")
        self._senders[sender.epoch.id] = (sender, task)

    async def _see_through(self, sender: Sender, turn: asyncio.Semaphore) -> None:
        ending = await sender.run(turn)
        if ending is Ending.DIVERGED:
            await self._copy_to_new_epoch(sender.epoch)
        self._senders.pop(sender.epoch.id, None)

    async def _copy_to_new_epoch(self, epoch: Epoch) -> None:
        """Send an epoch anew under a name of ours alone; what was counted already is recognised by its nonces."""
        self._sending.counts.diverged += 1
        _log.error("the aggregator has another history of an epoch: it is sent anew", epoch=epoch.id.hex())
        if epoch == self._journal.epoch:
            with suppress(OSError):  # the epoch is new all the same; whoever writes to it next begins its segment
                await self._journal.begin_epoch()
            self._begin_growing()
        try:
            await self._copy(epoch)
        except OSError as error:
            # Nothing is lost: the files stay, and the next start begins with them.
            _log.error("an epoch could not be copied", epoch=epoch.id.hex(), error=type(error).__name__)

    async def _copy(self, epoch: Epoch) -> None:
        at = Watermark()
        while frames := await self._sending.shelf.frames(epoch, at):
            for frame in frames:
                if frame.payload is not None:
                    await self._journal.copy(frame, frame.payload)
            at = Watermark(frames[-1].sequence, frames[-1].hash)
        await self._sending.shelf.drop(epoch)
