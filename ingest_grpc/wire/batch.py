"""Admitted beacons to bytes and back: what a relay journals is what an aggregator counts.

May not know about files, calls or frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Literal

from google.protobuf.message import DecodeError

from domain.beacon import (
    Admitted,
    Converted,
    Entry,
    Exposed,
    Happened,
    Left,
    OpReported,
    SessionStarted,
    Standing,
    Surroundings,
    Viewed,
    Visited,
)
from domain.names import EventName, GoalKey, RunName, SiteKey, VariationKey
from ingest_grpc.wire.leadbright.v1 import aggregation_pb2 as pb

Outcome = Literal["ok", "miss", "error"]

_OUTCOMES: dict[Outcome, pb.OpReported.Outcome.ValueType] = {
    "ok": pb.OpReported.OUTCOME_OK,
    "miss": pb.OpReported.OUTCOME_MISS,
    "error": pb.OpReported.OUTCOME_ERROR,
}
_BEACONS = pb.Batch.BEACONS_FIELD_NUMBER
_NONCE = pb.Beacon.NONCE_FIELD_NUMBER
_SURROUNDINGS = pb.Beacon.SURROUNDINGS_FIELD_NUMBER
_ENTRIES = pb.Beacon.ENTRIES_FIELD_NUMBER

_OUTCOME_NAMES = {number: name for name, number in _OUTCOMES.items()}


class UnreadableError(ValueError):
    """A payload that no relay of a known version writes."""


class NewerError(UnreadableError):
    """A payload with an entry of a kind that this version does not know: a newer relay's, most likely."""


def encode_batch(beacons: Iterable[Admitted]) -> bytes:
    """The payload of one frame."""
    return pb.Batch(beacons=[_beacon(b) for b in beacons]).SerializeToString()


def encode_beacon(beacon: Admitted) -> bytes:
    """One beacon; `join_beacons` makes a payload of many, so that each is encoded only once.

    The bytes are those of a batch of one. A relay does this for each beacon, and the same few surroundings and entries
    come again and again: their fields are remembered, and written in a row.
    """
    nonce = _field(_NONCE, beacon.nonce) if beacon.nonce else b""
    where = _surroundings_field(beacon.surroundings)
    parts = (nonce, _site_and_day(beacon.site, beacon.day), where, *[_entry_field(e) for e in beacon.entries])
    return _field(_BEACONS, b"".join(parts))


def join_beacons(encoded: Iterable[bytes]) -> bytes:
    """The payload that holds these beacons; a repeated field of protobuf is joined by writing its parts in a row."""
    return b"".join(encoded)


def decode_batch(payload: bytes) -> tuple[Admitted, ...]:
    """The beacons of one frame; UnreadableError where the bytes are not a batch or an entry is of no known kind."""
    try:
        return tuple(_admitted(b) for b in pb.Batch.FromString(payload).beacons)
    except DecodeError as error:
        raise UnreadableError(str(error)) from error


def _beacon(beacon: Admitted) -> pb.Beacon:
    return pb.Beacon(
        nonce=beacon.nonce,
        site=beacon.site,
        day=beacon.day,
        surroundings=_surroundings(beacon.surroundings),
        entries=[_entry(e) for e in beacon.entries],
    )


def _surroundings(where: Surroundings) -> pb.Surroundings:
    return pb.Surroundings(
        page=where.page,
        channel=where.channel,
        source=where.source,
        campaign=where.campaign,
        country=where.country,
        platform=where.platform,
        browser=where.browser,
        device=where.device,
    )


@lru_cache(maxsize=8192)
def _site_and_day(site: SiteKey, day: int) -> bytes:
    return pb.Beacon(site=site, day=day).SerializeToString()


@lru_cache(maxsize=8192)
def _surroundings_field(where: Surroundings) -> bytes:
    return _field(_SURROUNDINGS, _surroundings(where).SerializeToString())


@lru_cache(maxsize=8192)
def _entry_field(entry: Entry) -> bytes:
    return _field(_ENTRIES, _entry(entry).SerializeToString())


def _field(number: int, content: bytes) -> bytes:
    """A field of a message as protobuf writes it: number and wire type 2, length as a varint, content."""
    length = bytearray()
    rest = len(content)
    while rest > 127:
        length.append(rest & 127 | 128)
        rest >>= 7
    return bytes((number << 3 | 2, *length, rest)) + content


def _entry(entry: Entry) -> pb.Entry:
    match entry:
        case Visited(gap, bits):
            return pb.Entry(visited=pb.Visited(gap=gap, bits=bits))
        case SessionStarted():
            return pb.Entry(session_started=pb.SessionStarted())
        case Viewed(second):
            return pb.Entry(viewed=pb.Viewed(second=second))
        case Exposed(run, variation, before):
            totals = [pb.Before(goal=goal, total=total) for goal, total in before]
            return pb.Entry(exposed=pb.Exposed(experiment=run, variation=variation, before=totals))
        case Converted():
            return pb.Entry(converted=_converted(entry))
        case Happened(name):
            return pb.Entry(happened=pb.Happened(name=name))
        case Left(engaged_ms, scroll):
            return pb.Entry(left=pb.Left(engaged_ms=engaged_ms, scroll=scroll))
        case OpReported(outcome, run, variation, op, ms):
            reported = pb.OpReported(outcome=_OUTCOMES[outcome], experiment=run, variation=variation, op=op, ms=ms)
            return pb.Entry(op_reported=reported)


def _converted(entry: Converted) -> pb.Converted:
    return pb.Converted(
        goal=entry.goal,
        count=entry.count,
        total=entry.total,
        amount=entry.amount,
        cap=entry.cap,
        standings=[
            pb.Standing(experiment=s.run, variation=s.variation, count=s.count, total=s.total) for s in entry.standings
        ],
    )


def _admitted(message: pb.Beacon) -> Admitted:
    where = message.surroundings
    return Admitted(
        nonce=message.nonce,
        site=SiteKey(message.site),
        day=message.day,
        surroundings=Surroundings(
            page=where.page,
            channel=where.channel,
            source=where.source,
            campaign=where.campaign,
            country=where.country,
            platform=where.platform,
            browser=where.browser,
            device=where.device,
        ),
        entries=tuple(_read(e) for e in message.entries),
    )


def _read(message: pb.Entry) -> Entry:
    kind = message.WhichOneof("kind")
    if kind is None:
        # An unknown kind is there as bytes that protobuf kept; an entry of no kind at all is nothing a relay writes.
        raise NewerError("an entry of no known kind") if message.ByteSize() else UnreadableError("an empty entry")
    return _READ[kind](message)


def _read_exposed(message: pb.Entry) -> Exposed:
    m = message.exposed
    before = tuple((GoalKey(b.goal), b.total) for b in m.before)
    return Exposed(RunName(m.experiment), VariationKey(m.variation), before)


def _read_converted(message: pb.Entry) -> Converted:
    m = message.converted
    standings = tuple(Standing(RunName(s.experiment), VariationKey(s.variation), s.count, s.total) for s in m.standings)
    return Converted(GoalKey(m.goal), m.count, m.total, standings, m.amount, m.cap)


def _read_reported(message: pb.Entry) -> OpReported:
    m = message.op_reported
    outcome = _OUTCOME_NAMES.get(m.outcome)
    if outcome is None:
        raise NewerError(f"outcome {m.outcome} of an op")
    return OpReported(outcome, RunName(m.experiment), VariationKey(m.variation), m.op, m.ms)


_READ: dict[str, Callable[[pb.Entry], Entry]] = {
    "visited": lambda m: Visited(m.visited.gap, m.visited.bits),
    "session_started": lambda _: SessionStarted(),
    "viewed": lambda m: Viewed(m.viewed.second),
    "exposed": _read_exposed,
    "converted": _read_converted,
    "happened": lambda m: Happened(EventName(m.happened.name)),
    "left": lambda m: Left(m.left.engaged_ms, m.left.scroll),
    "op_reported": _read_reported,
}
