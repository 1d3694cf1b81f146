"""Written values taken out, for a definition in which nothing is wrong.

May not know what could have been wrong.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeVar

from config_compiler.kinds import Listed, Written
from domain.experiment import WHOLE

T = TypeVar("T")


def certain(value: T | None) -> T:
    """A value that a definition without findings always has."""
    assert value is not None
    return value


def text(written: Written[str] | None) -> str:
    """A text that must be there."""
    return certain(written).value


def given_or(written: Written[T] | None, default: T) -> T:
    """What is written, or what it means to write nothing."""
    return default if written is None else written.value


def texts(listed: Listed[Written[str]] | None) -> tuple[str, ...]:
    """The texts of a list; none where none is written."""
    return tuple(w.value for w in listed.values) if listed else ()


def share(written: Fraction) -> int:
    """Per ten thousand, halves rounded up."""
    return int(written * WHOLE + Fraction(1, 2))
