"""What a relay journals is what an aggregator reads, for every beacon that can be written."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.beacon import Admitted
from ingest_grpc.wire.batch import (
    NewerError,
    UnreadableError,
    decode_batch,
    encode_batch,
    encode_beacon,
    join_beacons,
)
from ingest_grpc.wire.leadbright.v1 import aggregation_pb2 as pb
from tests.wire.strategies import beacons

unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


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


@unhurried
@given(st.lists(beacons, max_size=5))
def test_a_batch_comes_back_as_it_was(batch: list[Admitted]) -> None:
    assert decode_batch(encode_batch(batch)) == tuple(batch)


@unhurried
@given(st.lists(beacons, max_size=5))
def test_beacons_encoded_one_by_one_make_the_same_batch(batch: list[Admitted]) -> None:
    assert join_beacons(map(encode_beacon, batch)) == encode_batch(batch)


@unhurried
@given(st.binary(max_size=200))
def test_any_bytes_are_a_batch_or_unreadable(payload: bytes) -> None:
    try:
        decode_batch(payload)
    except UnreadableError:
        return


@unhurried
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
