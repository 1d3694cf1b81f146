"""A condition as plans spell it, read back; `docs/formats.md` describes the spelling.

May not know what is done with it.
"""

from __future__ import annotations

from typing import Any

from domain.condition import All, AnyOf, Between, Condition, Contains, Exists, Field, Matches, Not, OneOf, Subject, Test


def read_condition(items: list[Any]) -> Condition:
    """The condition that a list stands for. Raises ValueError where it is none."""
    match items:
        case ["all", *parts]:
            return All(tuple(map(read_condition, parts)))
        case ["any", *parts]:
            return AnyOf(tuple(map(read_condition, parts)))
        case ["not", list(part)]:
            return Not(read_condition(part))
        case [str(), str(subject), *_]:
            return _test(items, _subject(subject))
    raise ValueError(f"a condition of an unknown form: {items}")


def _subject(text: str) -> Subject:
    field, _, name = text.partition(".")
    return Subject(Field(field), name)


def _test(items: list[Any], subject: Subject) -> Test:
    match items:
        case ["is", _, *values]:
            return Test(subject, OneOf(tuple(map(str, values))))
        case ["num", _, low, high]:
            return Test(subject, Between(low, high))
        case ["has", _, str(text)]:
            return Test(subject, Contains(text))
        case ["re", _, str(regex)]:
            return Test(subject, Matches(regex))
        case ["set", _]:
            return Test(subject, Exists())
    raise ValueError(f"a test of an unknown form: {items}")
