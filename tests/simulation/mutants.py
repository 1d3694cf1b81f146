"""The protocol with one of its rules off: twelve ways to be wrong, each of which a history must notice.

Each is done to the real code of this process, for as long as a `with` lasts. May not know which history notices.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from domain.tally import fold
from ingest_grpc.aggregator import commit, inspection, transaction
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.books import book
from ingest_grpc.aggregator.commit import Committed
from ingest_grpc.aggregator.inspection import Inspected
from ingest_grpc.aggregator.transaction import NonceKey, Transaction
from ingest_grpc.relay import shelf
from ingest_grpc.relay.admission import Arrival
from ingest_grpc.relay.forward import Sender
from ingest_grpc.relay.journal import Journal
from ingest_grpc.relay.relay import Accepted, Refused, Relay
from ingest_grpc.wire import frame as frames_of_wire
from ingest_grpc.wire.frame import Epoch, Reply, Status, Watermark
from ingest_grpc.wire.ports import UnavailableError
from tests.simulation import faults
from tests.simulation.faults import Fault
from tests.simulation.history import History, run_history
from tests.simulation.verdict import Verdict

Patch = Callable[[ExitStack], None]


@dataclass(frozen=True)
class Mutant:
    """A rule that is off, and what comes of it."""

    name: str
    rule: str
    breaks: str
    patch: Patch
    faults: tuple[Fault, ...]
    """What goes wrong in the histories that should notice it."""


@contextmanager
def _changed(owner: Any, name: str, value: object) -> Iterator[None]:  # noqa: ANN401 - a module or a class
    before = owner.__dict__.get(name, _changed)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is _changed:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


def _change(stack: ExitStack, owner: Any, name: str, value: object) -> None:  # noqa: ANN401
    stack.enter_context(_changed(owner, name, value))


def _ack_before_sync(stack: ExitStack) -> None:
    queue = Journal._queue

    def queued(journal: Journal, waiting: Any) -> asyncio.Future[Any]:  # noqa: ANN401
        future = queue(journal, waiting)
        if waiting.copied is not None:
            return future
        at_once: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        at_once.set_result(None)
        return at_once

    _change(stack, Journal, "_queue", queued)


def _ack_from_memory(stack: ExitStack) -> None:
    receive = Relay.receive
    known: WeakKeyDictionary[Relay, set[str]] = WeakKeyDictionary()

    async def received(relay: Relay, arrival: Arrival) -> Accepted | Refused:
        seen = known.setdefault(relay, set())
        if arrival.nonce in seen:
            return Accepted(0)
        seen.add(arrival.nonce)
        return await receive(relay, arrival)

    _change(stack, Relay, "receive", received)


def _no_nonces(stack: ExitStack) -> None:
    async def claim(_: Transaction, nonces: Iterable[NonceKey], __: int) -> set[NonceKey]:
        return set(nonces)

    _change(stack, Transaction, "claim", claim)


def _gaps_accepted(stack: ExitStack) -> None:
    async def take_place(said: Transaction, epoch: Epoch, frames: Sequence[Inspected], now_ms: int) -> Reply | None:
        first, after = frames[0].frame, Watermark(frames[-1].frame.sequence, frames[-1].frame.hash)
        sql = "UPDATE counts_watermark SET sequence = ?, hash = ? WHERE relay = ? AND epoch = ? AND sequence < ?"
        moved, _ = await said._execute(sql, after.sequence, after.hash, epoch.relay, epoch.id, first.sequence)
        if moved or await said.begin_epoch(epoch, after, now_ms):
            return None
        return Reply(Status.DUPLICATE, await said.watermark(epoch) or Watermark())

    _change(stack, commit, "_take_place", take_place)


def _two_transactions(stack: ExitStack) -> None:
    async def together(of: Aggregator, epoch: Epoch, frames: Sequence[Inspected], now_ms: int) -> Reply:
        async def cells(said: Transaction) -> Reply | None:
            await said._execute("UPDATE counts_period SET current = current")
            stands = await said.watermark(epoch) or Watermark()
            if stands.sequence != frames[0].frame.sequence - 1:
                return commit._where_it_stands(stands, frames)
            known = {tuple(row) for row in await said._fetch("SELECT site, nonce FROM counts_nonce")}
            first = {(b.site, b.nonce): b for frame in frames for b in frame.beacons}
            fresh = {key: b for key, b in first.items() if key not in known}
            await said.add_cells(fold(fresh.values()).cells.items())
            await said.add_books(book(commit._bookings(frames, fresh, set())))
            return None

        async def watermark(said: Transaction) -> Committed | Reply:
            refusal = await commit._take_place(said, epoch, frames, now_ms)
            await said.claim({(b.site, b.nonce) for frame in frames for b in frame.beacons}, 1)
            return refusal or Reply(Status.OK, commit._after(frames))

        refusal = await of._store.write(cells)
        return refusal or await of._store.write(watermark)  # type: ignore[arg-type, return-value]

    _change(stack, Aggregator, "_commit_together", together)


def _epoch_again(stack: ExitStack) -> None:
    """The same epoch after a restart, and nobody compares histories: the hash chain alone would notice it."""
    begin = Journal.begin_epoch

    async def begin_epoch(journal: Journal) -> None:
        lines = [line for line in journal._shelf._lines.values() if line.segments]
        if journal._segment is not None or not lines:
            await begin(journal)
            return
        line = max(lines, key=lambda line: line.segments[-1].head.begun_ms)
        journal.epoch = line.epoch
        at = Watermark()
        while read := await journal._shelf.frames(line.epoch, at):
            at = Watermark(read[-1].sequence, read[-1].hash)
        journal.written = at
        journal._number = line.segments[-1].head.number
        await journal._begin_segment()

    _change(stack, Journal, "begin_epoch", begin_epoch)
    same = lambda *_: b"the same"  # noqa: E731 - eight bytes, whatever the frame
    for module in (frames_of_wire, inspection):
        _change(stack, module, "chain_hash", same)
    _change(stack, Sender, "_is_overtaken", lambda _: False)


def _sent_before_sync(stack: ExitStack) -> None:
    _epoch_again(stack)

    async def append(journal: Journal, frame: bytes) -> None:
        if journal._segment is None or journal._segment.size + len(frame) > journal._limits.segment_bytes:
            await journal._begin_segment()
        segment = journal._segment
        assert segment is not None
        segment.size += len(frame)
        journal.grown.set()
        await journal._disk.append(segment.name, frame)

    _change(stack, Journal, "_append", append)


def _no_retention(stack: ExitStack) -> None:
    _change(stack, shelf, "RETAIN_MS", 0)


def _own_cursor(stack: ExitStack) -> None:
    def look(sender: Sender) -> Watermark:
        found: Watermark = sender.__dict__.get("acknowledged", Watermark())
        return found

    def move(sender: Sender, to: Watermark) -> None:
        if to.sequence < look(sender).sequence:
            raise UnavailableError("that cannot be")
        sender.__dict__["acknowledged"] = to

    _change(stack, Sender, "acknowledged", property(look, move))


def _no_watermark(stack: ExitStack) -> None:
    async def take_place(said: Transaction, epoch: Epoch, frames: Sequence[Inspected], now_ms: int) -> None:
        last = frames[-1].frame
        sql = """INSERT INTO counts_watermark (relay, epoch, sequence, hash, committed_ms) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT (relay, epoch) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash"""
        await said._execute(sql, epoch.relay, epoch.id, last.sequence, last.hash, now_ms)

    _change(stack, commit, "_take_place", take_place)


def _nonces_expire_early(stack: ExitStack) -> None:
    _change(stack, commit, "PERIOD_MS", shelf.HOUR_MS)
    _change(stack, transaction, "LIVE_PERIODS", 2)


def _nothing_is_stale(stack: ExitStack) -> None:
    _change(stack, inspection, "BACKLOG_MS", 10**15)


_POWER = (faults.cut_the_power, faults.fail_a_sync)
_AWAY = (faults.kill_the_aggregators, faults.lose_calls, faults.heal)
_LATE = (faults.part, faults.let_days_pass, faults.let_days_pass, faults.heal)
_BACKUP = (faults.back_up, faults.restore, faults.heal)

MUTANTS = (
    Mutant("ack before sync", "R2", "lost", _ack_before_sync, _POWER),
    Mutant("ack of a repeat from the relay's memory", "R2", "lost", _ack_from_memory, _POWER),
    Mutant("no nonces", "R4", "double", _no_nonces, _AWAY),
    Mutant("gaps accepted", "R4", "lost", _gaps_accepted, _BACKUP),
    Mutant("counts and watermark in two transactions", "R4", "double", _two_transactions, _AWAY),
    Mutant("sent before sync, in the same epoch again", "R3", "lost", _sent_before_sync, _POWER),
    Mutant("the same epoch after a restart", "R1", "lost", _epoch_again, (faults.fail_a_sync,)),
    Mutant("segments dropped without retention", "R7", "lost", _no_retention, (*_BACKUP, faults.kill_a_relay)),
    Mutant("the relay trusts its own cursor", "R6", "lost", _own_cursor, _BACKUP),
    Mutant("no watermark", "R4", "books", _no_watermark, (faults.repeat_frames,)),
    Mutant(
        "nonces expire early", "R8", "double", _nonces_expire_early, (faults.part, faults.let_an_hour_pass, faults.heal)
    ),
    Mutant("nothing is stale", "R9", "double", _nothing_is_stale, _LATE),
)


SEEDS = range(45, 85)
"""The histories that are tried at most."""


def caught(folder: Path, mutant: Mutant) -> History | None:
    """The first history in which a mutant does the harm that it is known for; None where it hides from all of them."""
    weights = {fault: mutant.faults.count(fault) for fault in mutant.faults}
    with mutated(mutant):
        histories = (run_history(folder, seed, weights) for seed in SEEDS)
        return next((history for history in histories if HARM[mutant.breaks](history.verdict)), None)


HARM: dict[str, Callable[[Verdict], bool]] = {
    "lost": lambda verdict: verdict.lost > 0,
    "double": lambda verdict: verdict.double > 0,
    "books": lambda verdict: not verdict.is_right,
}


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """With one rule off."""
    with ExitStack() as stack:
        mutant.patch(stack)
        yield
