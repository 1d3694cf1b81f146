"""Finds a value of one subject that answers several questions as wanted, or proves that there is none.

Closed sets are tried out, numbers at their bounds, texts by automata.
May not know which experiments ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from config_compiler.overlap.effort import Effort, UndecidedError
from config_compiler.overlap.formula import SCHEME, Atom
from config_compiler.overlap.texts import ADDRESS, VALUE, Found, Texts, TextTest, Whole, Within, passes
from domain.condition import CLOSED, NAMED, NUMBERS, Between, Contains, Exists, Field, Matches, OneOf, Operator

_HOST = r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?::[0-9]{1,5})?"
_HOST_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_.:"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_TEXTS: dict[str, tuple[str, tuple[TextTest, ...]]] = {
    "path": (ADDRESS, (Found("^/"),)),
    "host": (_HOST_LETTERS, (Found(f"^{_HOST}$"),)),
    "referrer": (_HOST_LETTERS, (Found(f"^(?:{_HOST})?$"),)),
    "country": (_CAPITALS, (Found("^(?:[A-Z][A-Z])?$"),)),
    "language": ("abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", ()),
}
"""Letters and shape of the texts that are not free."""

_LISTED: dict[str, tuple[str, ...]] = {
    SCHEME: ("https", "http"),
    **{f.value: values for f, values in CLOSED.items()},
    **{f.value: tuple(map(str, range(*_bounds))) for f, _bounds in ((Field.HOUR, (0, 24)), (Field.WEEKDAY, (1, 8)))},
}

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_OPTIONAL = frozenset(f.value for f in NAMED)


@dataclass(frozen=True, slots=True)
class Is:
    """A value that will do; None where the visit needs to have none."""

    value: str | None


@dataclass(frozen=True, slots=True)
class Never:
    """No value will do."""


@dataclass(frozen=True, slots=True)
class Open:
    """Not known, because of this."""

    why: str


Answer = Is | Never | Open


def answers(operator: Operator, value: str, *, subtags: bool = False) -> bool:
    """Whether a value that is there answers yes."""
    match operator:
        case Between(low, high):
            number = float(value) if _NUMBER.fullmatch(value) else None
            return number is not None and (low is None or low <= number) and (high is None or number <= high)
        case Exists():
            return True
        case _:
            return passes(_text_test(operator, subtags=subtags), value)


def _text_test(operator: OneOf | Contains | Matches, *, subtags: bool) -> TextTest:
    match operator:
        case OneOf(values):
            return Whole(values, subtags)
        case Contains(text):
            return Within(text)
        case Matches(regex):
            return Found(regex)


def possible(subject: str, atoms: Iterable[Atom]) -> Iterator[str]:
    """Those of a listed subject's values that answer each question as wanted."""
    asked = list(atoms)
    for value in _LISTED[subject]:
        if all(answers(atom.operator, value) is atom.wanted for atom in asked):
            yield value


@dataclass(slots=True)
class Values:
    """Answers about single subjects."""

    _texts: Texts = field(default_factory=Texts)

    def find(self, subject: str, atoms: Sequence[Atom], effort: Effort) -> Answer:
        """A value, the proof that there is none, or why neither is found."""
        if subject in _LISTED:
            value = next(possible(subject, atoms), None)
            return Never() if value is None else Is(value)
        if subject == Field.WIDTH.value:
            return _number(atoms)
        if subject.partition(".")[0] in _OPTIONAL and not any(atom.wanted for atom in atoms):
            return Is(None)
        try:
            return self._text(subject, atoms, effort)
        except UndecidedError as undecided:
            return Open(undecided.why)

    def _text(self, subject: str, atoms: Sequence[Atom], effort: Effort) -> Answer:
        if any(isinstance(atom.operator, Exists) and not atom.wanted for atom in atoms):
            return Never()
        subtags = subject == Field.LANGUAGE.value
        letters, shape = _TEXTS.get(subject, (VALUE, ()))
        tests: dict[bool, list[TextTest]] = {True: [], False: []}
        for atom in atoms:
            if not isinstance(atom.operator, Between | Exists):
                tests[atom.wanted].append(_text_test(atom.operator, subtags=subtags))
        if any(isinstance(atom.operator, Between) for atom in atoms):
            return _tried(atoms, tests)
        # What says most comes first: it ends most ways at once.
        found = self._texts.find([*tests[True], *shape], tests[False], letters, effort)
        return Never() if found is None else Is(found)


def _number(atoms: Sequence[Atom]) -> Answer:
    low, high = NUMBERS[Field.WIDTH]
    usual = 1280
    known = all(isinstance(atom.operator, Between | OneOf | Exists) for atom in atoms)
    for number in (usual, *_bounds_of(atoms), low, high):
        if low <= number <= high and all(answers(atom.operator, str(number)) is atom.wanted for atom in atoms):
            return Is(str(number))
    return Never() if known else Open("a width is asked about as if it were a text")


def _bounds_of(atoms: Sequence[Atom]) -> list[int]:
    """Numbers at which an answer may change, and their neighbours, in order."""
    named: set[int] = set()
    for atom in atoms:
        match atom.operator:
            case Between(low, high):
                named |= {bound for bound in (low, high) if bound is not None}
            case OneOf(values):
                named |= {int(value) for value in values if re.fullmatch(r"-?[0-9]{1,15}", value)}
            case _:
                pass
    return sorted(near for number in named for near in (number - 1, number, number + 1))


def _tried(atoms: Sequence[Atom], tests: dict[bool, list[TextTest]]) -> Answer:
    """Texts and numbers asked about together: some likely values are tried."""
    listed = [test.texts for test in tests[True] if isinstance(test, Whole)]
    values = (*(text for texts in listed for text in texts), *map(str, _bounds_of(atoms)), "a", "", "0")
    for value in values:
        if all(answers(atom.operator, value) is atom.wanted for atom in atoms):
            return Is(value)
    if listed:
        return Never()
    bounds = [atom.operator for atom in atoms if isinstance(atom.operator, Between) and atom.wanted]
    low = max((b.low for b in bounds if b.low is not None), default=None)
    high = min((b.high for b in bounds if b.high is not None), default=None)
    if low is not None and high is not None and low > high:
        return Never()
    return Open("a value is asked about both as a number and as a text")
