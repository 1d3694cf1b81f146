"""A digest names bytes and nothing but bytes."""

from __future__ import annotations

from domain.artifact import set_digest


def test_the_order_of_files_does_not_matter() -> None:
    assert set_digest([("a", b"1"), ("b", b"2")]) == set_digest([("b", b"2"), ("a", b"1")])


def test_moving_a_byte_between_name_and_body_matters() -> None:
    assert set_digest([("a", b"bc")]) != set_digest([("ab", b"c")])
    assert set_digest([("a", b"1"), ("b", b"")]) != set_digest([("a", b""), ("b", b"1")])
