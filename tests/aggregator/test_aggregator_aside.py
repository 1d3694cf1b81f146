"""What cannot be counted stops nobody, is kept or declared, and stands in the books."""

from __future__ import annotations

import pytest

from domain.beacon import (
    Admitted,
    Converted,
    Entry,
    Exposed,
    Happened,
    Left,
    OpReported,
    Standing,
    Surroundings,
    Visited,
)
from domain.names import EventName, GoalKey, RunName, VariationKey
from domain.tally import Cell, Sums
from ingest_grpc.aggregator import commit
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.books import UNKNOWN_SITE, Book
from ingest_grpc.aggregator.constants import BACKLOG_MS, HOUR_MS
from ingest_grpc.aggregator.inspection import MAX_AMOUNT, MAX_PAGE, MAX_VALUE, Fate, Rejection, rejection
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.store import Store
from ingest_grpc.aggregator.transaction import Transaction, UnstorableError
from ingest_grpc.wire.frame import Status
from ingest_grpc.wire.leadbright.v1 import aggregation_pb2 as pb
from ingest_grpc.wire.ports import UnavailableError
from tests.aggregator.traces import (
    DAY,
    NOON_MS,
    RELAY,
    SHOP,
    Clock,
    Journal,
    balanced,
    beacon,
    books,
    cells,
    count_of,
    set_aside,
)

HOUR = NOON_MS // HOUR_MS

EXPERIMENT, VARIATION, GOAL = RunName("hero"), VariationKey("bold"), GoalKey("signup")


def _purchase(total: int, amount: int) -> Converted:
    return Converted(GOAL, int(total != 0), total, (), amount)


async def test_a_tombstone_is_declared_lost(aggregator: Aggregator, store: Store) -> None:
    journal = Journal()
    journal.seal(beacon())
    journal.lose(beacon(), beacon())
    journal.seal(beacon())
    assert (await aggregator.commit(RELAY, journal.frames)).status is Status.OK
    assert await count_of(store, "views") == 2
    assert await books(store) == {
        (UNKNOWN_SITE, HOUR): Book(2, 0, 0, 0, 0, 2),
        (SHOP, HOUR): Book(2, 2, 0, 0, 0, 0),
    }
    assert await set_aside(store) == []


async def test_stale_frames_are_set_aside_and_booked(aggregator: Aggregator, store: Store, clock: Clock) -> None:
    journal = Journal()
    journal.seal(beacon(), beacon())
    clock.now_ms += BACKLOG_MS + 1
    await aggregator.commit(RELAY, journal.frames)
    assert await books(store) == {(UNKNOWN_SITE, HOUR): Book(2, 0, 0, 0, 2, 0)}
    assert await set_aside(store) == [(1, Fate.STALE.value)]


POISON = {
    "no protobuf at all": (b"\xff\xff\xff", 3),
    "another message": (b"\x7a\x03abc", 3),
    "fewer beacons than sealed": (pb.Batch(beacons=[pb.Beacon()]).SerializeToString(), 2),
    "an empty entry": (pb.Batch(beacons=[pb.Beacon(entries=[pb.Entry()])]).SerializeToString(), 1),
}


@pytest.mark.parametrize("case", POISON)
async def test_a_poison_frame_is_set_aside_and_the_stream_goes_on(
    aggregator: Aggregator, store: Store, case: str
) -> None:
    payload, sealed = POISON[case]
    journal = Journal()
    journal.seal(beacon())
    journal.seal_payload(payload, sealed)
    journal.seal(beacon())
    reply = await aggregator.commit(RELAY, journal.frames)
    assert (reply.status, reply.watermark.sequence) == (Status.OK, 3)
    assert await count_of(store, "views") == 2
    assert await set_aside(store) == [(2, Fate.POISON.value)]
    assert (await books(store))[UNKNOWN_SITE, HOUR] == Book(sealed, 0, 0, 0, sealed, 0)


async def test_the_payload_of_a_poison_frame_is_kept_as_it_was(aggregator: Aggregator, store: Store) -> None:
    journal = Journal()
    journal.seal_payload(b"\xff\x00\xfe", 1)
    await aggregator.commit(RELAY, journal.frames)
    assert await store.read("SELECT relay, epoch, payload FROM counts_quarantine") == [
        (RELAY.relay, RELAY.id, b"\xff\x00\xfe")
    ]


async def test_the_quarantine_is_bounded_and_what_finds_no_room_is_declared_lost(
    aggregator: Aggregator, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "QUARANTINE_FRAMES", 3)
    journal = Journal()
    for _ in range(5):
        journal.seal_payload(b"\xff", 1)
    await aggregator.commit(RELAY, journal.frames[:2])
    await aggregator.commit(RELAY, journal.frames[2:])
    assert [sequence for sequence, _ in await set_aside(store)] == [1, 2, 3]
    assert (await books(store))[UNKNOWN_SITE, HOUR] == Book(5, 0, 0, 0, 3, 2)


async def test_what_only_a_newer_version_understands_waits_for_it(aggregator: Aggregator, store: Store) -> None:
    newer = pb.Beacon(nonce=b"n" * 16, site=SHOP, day=DAY, entries=[pb.Entry.FromString(b"\xfa\x01\x00")])
    journal = Journal()
    journal.seal_payload(pb.Batch(beacons=[newer]).SerializeToString(), 1)
    with pytest.raises(UnavailableError, match="older than the relay"):
        await aggregator.commit(RELAY, journal.frames)
    assert (await cells(store), await books(store)) == ({}, {})


CONVERTED = Cell(SHOP, DAY, f"converted/{GOAL}", "", "")

NEAR_THE_END = {
    "visitors": Sums(n=2**63 - 1),
    "conversions": Sums(conversions=2**63 - 1),
    "total": Sums(total=2**63 - MAX_AMOUNT),
    "squares": Sums(squares=2**103 - MAX_AMOUNT**2),
}


async def _put(store: Store, cell: Cell, sums: Sums) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.add_cells([(cell, sums)])

    await store.write(work)


@pytest.mark.parametrize("number", NEAR_THE_END)
async def test_counts_that_would_not_fit_are_set_aside_and_spoil_nothing(
    aggregator: Aggregator, store: Store, number: str
) -> None:
    await _put(store, CONVERTED, NEAR_THE_END[number])
    journal = Journal()
    journal.seal(beacon())
    journal.seal(beacon(_purchase(0, MAX_AMOUNT)), beacon())
    journal.seal(beacon())
    reply = await aggregator.commit(RELAY, journal.frames)
    assert (reply.status, reply.watermark.sequence) == (Status.OK, 3)
    assert (await cells(store))[CONVERTED] == NEAR_THE_END[number]
    assert await count_of(store, "views") == 2
    assert await set_aside(store) == [(2, Fate.OVERFLOW.value)]
    assert await books(store) == {
        (UNKNOWN_SITE, HOUR): Book(2, 0, 0, 0, 2, 0),
        (SHOP, HOUR): Book(2, 2, 0, 0, 0, 0),
    }


@pytest.mark.parametrize("sign", [1, -1])
async def test_a_number_too_great_for_any_column_is_refused_before_it_is_sent(store: Store, sign: int) -> None:
    for sums in (Sums(total=sign * 2**64), Sums(squares=sign * 2**104)):
        with pytest.raises(UnstorableError):
            await _put(store, CONVERTED, sums)
    assert await cells(store) == {}


@pytest.mark.parametrize("sign", [1, -1])
async def test_sums_of_squares_pass_64_bits_and_come_back_exactly(store: Store, sign: int) -> None:
    steps = [sign * x for x in (2**40 - 1, 1, 2**90 + 12_345, -(2**89), 2**40, -1)]
    for step in steps:
        await _put(store, CONVERTED, Sums(squares=step))
    assert (await cells(store))[CONVERTED].squares == sum(steps)


def _with(**surroundings: str) -> Admitted:
    return beacon(where=Surroundings(**surroundings))


def _one(entry: Entry) -> Admitted:
    return beacon(entry)


REJECTED: list[tuple[Rejection, Admitted]] = [
    (Rejection.NONCE, beacon(key=b"short")),
    (Rejection.NONCE, beacon(key=b"x" * 17)),
    (Rejection.SITE, beacon(site="Not a key")),
    (Rejection.SITE, beacon(site="")),
    (Rejection.DAY, beacon(day=DAY + 3)),
    (Rejection.DAY, beacon(day=DAY - 3)),
    (Rejection.SURROUNDINGS, _with(page="/" + "x" * MAX_PAGE)),
    (Rejection.SURROUNDINGS, _with(campaign="x" * (MAX_VALUE + 1))),
    (Rejection.SURROUNDINGS, _with(source="a\0b")),
    (Rejection.ENTRY, _one(Visited(33, 0))),
    (Rejection.ENTRY, _one(Visited(0, 4))),
    (Rejection.ENTRY, _one(Exposed(RunName("a/b"), VARIATION))),
    (Rejection.ENTRY, _one(Exposed(RunName("hero#1"), VARIATION))),
    (Rejection.ENTRY, _one(Converted(GOAL, 0, 0, (Standing(RunName("hero#2#3"), VARIATION, 0, 0),)))),
    (Rejection.ENTRY, _one(OpReported("ok", RunName("hero#1000"), VARIATION, 1))),
    (Rejection.ENTRY, _one(Exposed(EXPERIMENT, VARIATION, ((GOAL, MAX_AMOUNT + 1),)))),
    (Rejection.ENTRY, _one(Converted(GoalKey("a b"), 0, 0))),
    (Rejection.ENTRY, _one(Converted(GOAL, 0, 0, (), MAX_AMOUNT + 1))),
    (Rejection.ENTRY, _one(Converted(GOAL, 0, -MAX_AMOUNT - 1))),
    (Rejection.ENTRY, _one(Converted(GOAL, 0, 0, (Standing(EXPERIMENT, VariationKey(""), 0, 0),)))),
    (Rejection.ENTRY, _one(Converted(GOAL, 0, 0, (Standing(EXPERIMENT, VARIATION, 0, 2 * MAX_AMOUNT),)))),
    (Rejection.ENTRY, _one(Happened(EventName("Add to cart")))),
    (Rejection.ENTRY, _one(Left(0, 101))),
    (Rejection.ENTRY, _one(OpReported("ok", EXPERIMENT, VARIATION, 1_000))),
]


def test_every_rejection_has_a_case() -> None:
    assert {why for why, _ in REJECTED} == set(Rejection)


@pytest.mark.parametrize(("why", "bad"), REJECTED)
def test_a_beacon_that_would_harm_the_counts_is_rejected(why: Rejection, bad: Admitted) -> None:
    assert rejection(bad, DAY) is why


async def test_rejected_beacons_are_booked_and_the_rest_of_the_frame_is_counted(
    aggregator: Aggregator, store: Store, reporter: Reporter
) -> None:
    journal = Journal()
    journal.seal(beacon(), *(bad for _, bad in REJECTED), beacon())
    assert (await aggregator.commit(RELAY, journal.frames)).status is Status.OK
    assert {cell.what: sums.n for cell, sums in (await cells(store)).items()} == {"views": 2}
    total = await reporter.total_book()
    assert (total.accepted, total.counted, total.rejected) == (len(REJECTED) + 2, 2, len(REJECTED))
    assert balanced((await books(store)).values())
    assert aggregator.counts.rejections[Rejection.ENTRY] == sum(why is Rejection.ENTRY for why, _ in REJECTED)


async def test_the_books_of_a_site_are_told_by_the_hour(
    aggregator: Aggregator, reporter: Reporter, clock: Clock
) -> None:
    journal = Journal(clock=clock)
    same = beacon()
    journal.seal(same, same, beacon())
    clock.now_ms += HOUR_MS
    journal.seal(same)
    await aggregator.commit(RELAY, journal.frames)
    assert await reporter.books(SHOP, HOUR, HOUR + 1) == {
        HOUR: Book(3, 2, 1, 0, 0, 0),
        HOUR + 1: Book(1, 0, 1, 0, 0, 0),
    }
    assert await reporter.books(SHOP, HOUR + 1, HOUR + 9) == {HOUR + 1: Book(1, 0, 1, 0, 0, 0)}
