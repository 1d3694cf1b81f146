"""SQLite, PostgreSQL and forty lines of dictionaries answer one long trace alike, and hold the same in the end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from domain.beacon import Admitted
from domain.names import SiteKey
from domain.tally import Cell, Sums, fold
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.books import UNKNOWN_SITE, Books, Outcome, book
from ingest_grpc.aggregator.constants import BACKLOG_MS, DAY_MS, HOUR_MS
from ingest_grpc.aggregator.inspection import rejection
from ingest_grpc.aggregator.store import Store
from ingest_grpc.aggregator.transaction import NonceKey
from ingest_grpc.wire.batch import UnreadableError, decode_batch
from ingest_grpc.wire.frame import Epoch, Frame, Reply, Status, Watermark
from tests.aggregator.traces import NOON_MS, Clock, Journal, Opening, beacon, books, cells, landing, nonzero, set_aside

STEPS = 150


@dataclass
class Reference:
    """The rules, without a database."""

    marks: dict[Epoch, Watermark] = field(default_factory=dict)
    counted: dict[NonceKey, Admitted] = field(default_factory=dict)
    bookings: Counter[tuple[SiteKey, int, Outcome]] = field(default_factory=Counter)
    aside: list[int] = field(default_factory=list)

    def commit(self, epoch: Epoch, frames: Sequence[Frame], now_ms: int) -> Reply:
        """Count frames."""
        stands = self.marks.get(epoch, Watermark())
        if frames[0].sequence > stands.sequence + 1:
            return Reply(Status.GAP, stands)
        hashes = {frames[0].sequence - 1: frames[0].previous_hash} | {f.sequence: f.hash for f in frames}
        if hashes.get(stands.sequence, stands.hash) != stands.hash:
            return Reply(Status.DIVERGED, stands)
        new = [f for f in frames if f.sequence > stands.sequence]
        if not new:
            return Reply(Status.DUPLICATE, stands)
        stale = [self._take(frame, now_ms) for frame in new]
        self.marks[epoch] = Watermark(new[-1].sequence, new[-1].hash)
        return Reply(Status.STALE if any(stale) else Status.OK, self.marks[epoch])

    def _take(self, frame: Frame, now_ms: int) -> bool:
        hour, day = frame.sealed_ms // HOUR_MS, frame.sealed_ms // DAY_MS
        stale = frame.payload is not None and now_ms - frame.sealed_ms > BACKLOG_MS
        try:
            beacons = None if frame.payload is None or stale else decode_batch(frame.payload)
        except UnreadableError:
            beacons = None
        if beacons is None:
            outcome = Outcome.DECLARED_LOST if frame.payload is None else Outcome.QUARANTINED
            self.aside += [frame.sequence] * (outcome is Outcome.QUARANTINED)
            self.bookings[UNKNOWN_SITE, hour, outcome] += frame.beacons
        for one in beacons or ():
            again = self.counted.get((one.site, one.nonce))
            outcome = Outcome.REJECTED if rejection(one, day) else Outcome.DUPLICATE if again else Outcome.COUNTED
            if outcome is Outcome.COUNTED:
                self.counted[one.site, one.nonce] = one
            self.bookings[one.site, hour, outcome] += 1
        return stale

    def cells(self) -> dict[Cell, Sums]:
        """What is counted."""
        return nonzero(fold(self.counted.values()).cells)

    def books(self) -> Books:
        """What became of what."""
        return book((site, hour, outcome, n) for (site, hour, outcome), n in self.bookings.items())


@dataclass
class Relay:
    """A relay of the trace: its journal, and a rival history of the same epoch."""

    journal: Journal
    rival: Journal


def _relays(clock: Clock) -> list[Relay]:
    epochs = [Epoch(f"relay-{n}", bytes([n]) * 16) for n in range(3)]
    return [Relay(Journal(epoch, clock), Journal(epoch, clock)) for epoch in epochs]


def _grow(journal: Journal, dice: random.Random, seen: list[Admitted]) -> None:
    day = journal.clock.now_ms // DAY_MS
    new = [dice.choice((landing, beacon))() for _ in range(dice.randrange(4))]
    new = [replace(one, day=day, site=dice.choice((one.site, SiteKey("blog")))) for one in new]
    again = dice.sample(seen, min(len(seen), dice.randrange(3)))
    bad = [beacon(day=day + 9)] * (dice.random() < 0.2)
    seen += new
    beacons = [*new, *again, *bad]
    dice.shuffle(beacons)
    match dice.randrange(10):
        case 0:
            journal.lose(*beacons)
        case 1:
            journal.seal_payload(b"\xff" + bytes([dice.randrange(256)]), 2)
        case _:
            journal.seal(*beacons)


def _some(journal: Journal, dice: random.Random) -> list[Frame]:
    first = max(0, len(journal.frames) - dice.randrange(1, 5))
    return journal.frames[first : first + dice.randrange(1, 4)]


async def _held(store: Store) -> tuple[object, ...]:
    marks = await store.read("SELECT relay, epoch, sequence, hash FROM counts_watermark ORDER BY relay, epoch")
    return await cells(store), await books(store), sorted(s for s, _ in await set_aside(store)), marks


async def test_one_trace_on_both_databases_and_in_dictionaries(
    opening: Opening, sqlite_url: str, postgres_url: str
) -> None:
    clock, dice, reference = Clock(NOON_MS), random.Random(11), Reference()
    stores = [await opening(url) for url in (sqlite_url, postgres_url)]
    aggregators = [Aggregator(store, clock) for store in stores]
    relays, seen, replies = _relays(clock), [landing()], Counter[Status]()
    for _ in range(STEPS):
        relay = dice.choice(relays)
        for journal in (relay.journal, relay.rival):
            _grow(journal, dice, seen)
        clock.now_ms += dice.choice((0, 1_000, HOUR_MS))
        frames = _some(relay.rival if dice.random() < 0.1 else relay.journal, dice)
        late = BACKLOG_MS * (dice.random() < 0.05)
        clock.now_ms += late
        expected = reference.commit(relay.journal.epoch, frames, clock.now_ms)
        for aggregator in aggregators:
            assert await aggregator.commit(relay.journal.epoch, frames) == expected
        clock.now_ms -= late
        replies[expected.status] += 1
    assert set(replies) == set(Status), replies
    marks = sorted((e.relay, e.id, m.sequence, m.hash) for e, m in reference.marks.items())
    expected_held = (reference.cells(), reference.books(), sorted(reference.aside), marks)
    for store in stores:
        assert await _held(store) == expected_held
