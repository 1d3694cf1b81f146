"""What a written condition means; takes for granted what `rules/conditions.py` has made sure of.

May not know what depends on the answer.
"""

from __future__ import annotations

from typing import assert_never

from config_compiler.condition_syntax import (
    Ask,
    Bounds,
    ConditionSyntax,
    GroupSyntax,
    Negated,
    NotSyntax,
    Part,
    Presence,
    TestSyntax,
    Values,
)
from config_compiler.fields import canonical_part, canonical_value, number_of, subject_of
from config_compiler.flaw import Flaw
from config_compiler.kinds import Written
from domain.condition import (
    All,
    AnyOf,
    Between,
    Condition,
    Contains,
    Exists,
    Field,
    Matches,
    Not,
    OneOf,
    Subject,
    Test,
)


def condition_of(written: ConditionSyntax) -> Condition:
    """The condition that is meant, as it is written: nothing is folded yet."""
    match written:
        case GroupSyntax(word, parts):
            meant = tuple(map(condition_of, parts))
            return All(meant) if word == "all" else AnyOf(meant)
        case NotSyntax(part):
            return Not(condition_of(part))
        case TestSyntax(field, asks):
            subject = subject_of(field.value)
            assert not isinstance(subject, Flaw)
            return _each(subject, asks)
        case _:
            assert_never(written)


def _each(subject: Subject, asks: tuple[Ask, ...]) -> Condition:
    meant = tuple(_test(subject, ask) for ask in asks)
    return meant[0] if len(meant) == 1 else All(meant)


def _test(subject: Subject, ask: Ask) -> Condition:
    match ask:
        case Values(values):
            return Test(subject, OneOf(tuple(dict.fromkeys(canonical_value(subject, v.value) for v in values))))
        case Negated(asks):
            return Not(_each(subject, asks))
        case Bounds(low, high):
            return Test(subject, Between(_bound(subject.field, low), _bound(subject.field, high)))
        case Part("contains", text):
            return Test(subject, Contains(canonical_part(subject, text.value)))
        case Part(_, text):
            return Test(subject, Matches(text.value))
        case Presence(wanted):
            return Test(subject, Exists()) if wanted.value else Not(Test(subject, Exists()))
        case _:
            assert_never(ask)


def _bound(field: Field, written: Written[str] | None) -> int | None:
    return None if written is None else number_of(field, written.value)
