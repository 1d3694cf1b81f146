"""What a form sent, as plain values."""

from __future__ import annotations

import pytest

from web.form import number


@pytest.mark.parametrize(
    ("text", "is_number"),
    [
        ("0", 0),
        ("7", 7),
        ("007", 7),
        ("9" * 15, 999_999_999_999_999),
        ("9" * 16, 0),
        *((text, 0) for text in ("", " 7", "7 ", "+7", "-7", "7.0", "1_0", "1e3", "0x7", "x", "\u0667", "\u00b2")),
    ],
)
def test_a_number_is_digits_that_any_database_keeps_and_all_else_is_none(text: str, is_number: int) -> None:
    assert number(text) == is_number
