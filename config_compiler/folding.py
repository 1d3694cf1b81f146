"""Conditions simplified: nested groups flattened, tests of one field joined, what is always or never so taken out.

The folded condition answers every possible visit as the written one does. May not know who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from domain.condition import (
    CLOSED,
    EVERYBODY,
    NAMED,
    NOBODY,
    NUMBERS,
    All,
    AnyOf,
    Between,
    Condition,
    Exists,
    Field,
    Not,
    OneOf,
    Subject,
    Test,
)

G = TypeVar("G", All, AnyOf)


def folded(condition: Condition) -> Condition:
    """The simplest condition that this reaches and that means the same; EVERYBODY and NOBODY where it is one."""
    match condition:
        case All(parts):
            return _all(map(folded, parts))
        case AnyOf(parts):
            return _any(map(folded, parts))
        case Not(part):
            return _opposite(folded(part))
        case Test():
            return _test(condition)


def _test(test: Test) -> Condition:
    subject, operator = test.subject, test.operator
    if isinstance(operator, Between) and subject.field in NUMBERS:
        return _range(subject, operator)
    if isinstance(operator, Between) and None not in (operator.low, operator.high):
        assert operator.low is not None
        assert operator.high is not None
        return NOBODY if operator.low > operator.high else test
    if isinstance(operator, OneOf):
        values = tuple(sorted(set(operator.values)))
        return _everybody_or(subject, values) if values else NOBODY
    return test


def _range(subject: Subject, operator: Between) -> Condition:
    """A bound that every value keeps is none."""
    least, most = NUMBERS[subject.field]
    low = None if operator.low is None or operator.low <= least else operator.low
    high = None if operator.high is None or operator.high >= most else operator.high
    if low is None and high is None:
        return EVERYBODY
    impossible = (low or least) > (most if high is None else high)
    return NOBODY if impossible else Test(subject, Between(low, high))


def _everybody_or(subject: Subject, values: tuple[str, ...]) -> Condition:
    possible = _possible(subject.field)
    return EVERYBODY if possible and set(values) >= set(possible) else Test(subject, OneOf(values))


def _possible(field: Field) -> tuple[str, ...]:
    """Every value of a field that has few; nothing for others."""
    return ("1", "2", "3", "4", "5", "6", "7") if field is Field.WEEKDAY else CLOSED.get(field, ())


def _opposite(condition: Condition) -> Condition:
    match condition:
        case Not(part):
            return part
        case All(()):
            return NOBODY
        case AnyOf(()):
            return EVERYBODY
        case Test(subject, OneOf(values)) if possible := _possible(subject.field):
            return _test(Test(subject, OneOf(tuple(v for v in possible if v not in values))))
        case _:
            return Not(condition)


def _all(parts: Iterable[Condition]) -> Condition:
    flat = _joined(_flat(All, parts), _both)
    if NOBODY in flat or any(_opposite(part) in flat for part in flat):
        return NOBODY
    return flat[0] if len(flat) == 1 else All(flat)


def _any(parts: Iterable[Condition]) -> Condition:
    flat = _joined(_flat(AnyOf, parts), _either)
    if EVERYBODY in flat or any(_opposite(part) in flat for part in flat):
        return EVERYBODY
    return flat[0] if len(flat) == 1 else AnyOf(flat)


def _flat(group: type[G], parts: Iterable[Condition]) -> list[Condition]:
    flat: dict[Condition, None] = {}
    for part in parts:
        for inner in part.parts if isinstance(part, group) else (part,):
            flat.setdefault(inner)
    return list(flat)


def _joined(parts: list[Condition], join: Callable[[Test, Test], Condition | None]) -> tuple[Condition, ...]:
    """Each pair of tests that `join` makes one of, joined."""
    done: list[Condition] = []
    for part in parts:
        for index, other in enumerate(done):
            one = _same_subject(other, part) and join(other, part)  # type: ignore[arg-type]
            if one:
                done[index] = one
                break
        else:
            done.append(part)
    # What was joined may say nothing now: everybody in an `all`, nobody in an `any`.
    nothing = EVERYBODY if join is _both else NOBODY
    return tuple(dict.fromkeys(part for part in done if part != nothing))


def _same_subject(one: Condition, other: Condition) -> bool:
    return isinstance(one, Test) and isinstance(other, Test) and one.subject == other.subject


def _both(one: Test, other: Test) -> Condition | None:
    subject, pair = one.subject, (one.operator, other.operator)
    match pair:
        # A language is of several tests' values at once: pt-BR is pt too.
        case (OneOf(a), OneOf(b)) if subject.field is not Field.LANGUAGE:
            return _test(Test(subject, OneOf(tuple(v for v in a if v in b))))
        case (Between(a, b), Between(c, d)):
            return _test(Test(subject, Between(_tighter(max, a, c), _tighter(min, b, d))))
        case (OneOf(a), Between() as range_) | (Between() as range_, OneOf(a)) if subject.field in NUMBERS:
            return _test(Test(subject, OneOf(tuple(v for v in a if _within(int(v), range_)))))
        case (Exists(), _) if subject.field in NAMED:
            return other
        case (_, Exists()) if subject.field in NAMED:
            return one
    return None


def _either(one: Test, other: Test) -> Condition | None:
    match one.operator, other.operator:
        case OneOf(a), OneOf(b):
            return _test(Test(one.subject, OneOf((*a, *b))))
        case (Exists() as exists, _) | (_, Exists() as exists):
            return Test(one.subject, exists)
    return None


def _tighter(choose: Callable[[int, int], int], one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return choose(one, other)


def _within(number: int, between: Between) -> bool:
    low, high = between.low, between.high
    return (low is None or low <= number) and (high is None or number <= high)
