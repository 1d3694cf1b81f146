"""What a relay journals is what an aggregator reads, for every beacon that can be written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from ingest_grpc.wire.batch import (
    NewerError,
    UnreadableError,
    decode_batch,
    encode_batch,
    encode_beacon,
    join_beacons,
)
from ingest_grpc.wire.leadbright.v1 import aggregation_pb2 as pb

keys = st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True)
unsigned = st.integers(0, 2**32 - 1)
signed = st.integers(-(2**63), 2**63 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)

entries: st.SearchStrategy[Entry] = st.one_of(
    st.builds(Visited, unsigned, unsigned),
    st.just(SessionStarted()),
    st.builds(Viewed, st.booleans()),
    st.builds(Exposed, keys, keys, st.lists(st.tuples(keys, signed), max_size=3).map(tuple)),
    st.builds(
        Converted,
        keys,
        unsigned,
        signed,
        st.lists(st.builds(Standing, keys, keys, unsigned, signed), max_size=3).map(tuple),
        signed,
        signed,
    ),
    st.builds(Happened, keys),
    st.builds(Left, unsigned, unsigned),
    st.builds(OpReported, st.sampled_from(["ok", "miss", "error"]), keys, keys, unsigned, unsigned),
)
surroundings = st.builds(Surroundings, *[texts] * len(Surroundings.__dataclass_fields__))
beacons = st.builds(
    Admitted,
    st.binary(min_size=16, max_size=16),
    keys,
    st.integers(-(2**31), 2**31 - 1),
    surroundings,
    st.lists(entries, max_size=4).map(tuple),
)


def test_every_kind_of_entry_is_tried() -> None:
    assert {kind.name for kind in pb.Entry.DESCRIPTOR.oneofs_by_name["kind"].fields} == {
        "visited",
        "session_started",
        "viewed",
        "exposed",
        "converted",
        "happened",
        "left",
        "op_reported",
    }


@given(st.lists(beacons, max_size=5))
def test_a_batch_comes_back_as_it_was(batch: list[Admitted]) -> None:
    assert decode_batch(encode_batch(batch)) == tuple(batch)


@given(st.lists(beacons, max_size=5))
def test_beacons_encoded_one_by_one_make_the_same_batch(batch: list[Admitted]) -> None:
    assert join_beacons(map(encode_beacon, batch)) == encode_batch(batch)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_batch_or_unreadable(payload: bytes) -> None:
    try:
        decode_batch(payload)
    except UnreadableError:
        return


@given(st.lists(beacons, min_size=1, max_size=2), st.data())
def test_damaged_bytes_are_a_batch_or_unreadable(batch: list[Admitted], data: st.DataObject) -> None:
    payload = bytearray(encode_batch(batch))
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        decode_batch(bytes(payload))
    except UnreadableError:
        return


UNREADABLE = [
    (b"\xff", UnreadableError),
    (pb.Batch(beacons=[pb.Beacon(entries=[pb.Entry()])]).SerializeToString(), UnreadableError),
    (pb.Batch(beacons=[pb.Beacon(entries=[pb.Entry.FromString(b"\xfa\x01\x00")])]).SerializeToString(), NewerError),
    (
        pb.Batch(
            beacons=[pb.Beacon(entries=[pb.Entry(op_reported=pb.OpReported(experiment="hero"))])]
        ).SerializeToString(),
        NewerError,
    ),
]


@pytest.mark.parametrize(("payload", "error"), UNREADABLE)
def test_what_cannot_be_read_says_whether_a_newer_version_could(payload: bytes, error: type[Exception]) -> None:
    with pytest.raises(UnreadableError) as raised:
        decode_batch(payload)
    assert type(raised.value) is error
