"""The snippet as it was built: text with choices, places for a plan's values, and parts that call each other by name.

Writing it out takes what is used and parses nothing. May not know what the code does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Choice:
    """Code for a plan that uses something, and code for one that does not."""

    uses: str
    yes: Code
    no: Code = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A place for one of the plan's values."""

    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """A place where a part is called by its name."""

    number: int


Code = tuple[str | Choice | Value | Part, ...]


@dataclass(frozen=True, slots=True)
class Runtime:
    """The snippet: what its parts are, in the order in which they are declared, and what starts it.

    `names` are for parts: nothing else in the code has one of them.
    """

    parts: tuple[Code, ...]
    start: Code
    names: tuple[str, ...] = ()

    def features(self) -> frozenset[str]:
        """Everything that the code asks about."""
        return frozenset(feature for code in (*self.parts, self.start) for feature in _asked(code))


class Piece(NamedTuple):
    """A piece of `lb.js` and why it is there: a feature, `plan`, or `core`."""

    owner: str
    text: str


def written(runtime: Runtime, uses: Collection[str], values: Mapping[str, str]) -> tuple[Piece, ...]:
    """The statements for a plan that uses these features and has these values, each written as JavaScript.

    A part is taken if something that is taken calls it, and belongs to what does so first.
    """
    taken: dict[int, str] = {}
    spelled: dict[int, list[_Spelled]] = {}
    start = list(_spelled(runtime.start, "core", uses, values, taken))
    while waiting := [part for part in taken if part not in spelled]:
        for part in waiting:
            spelled[part] = list(_spelled(runtime.parts[part], taken[part], uses, values, taken))
    names = dict(zip(sorted(taken), runtime.names, strict=False))
    declared = [(names[part], taken[part], spelled[part]) for part in sorted(taken)]
    return tuple(
        Piece(owner, what if isinstance(what, str) else names[what.number])
        for owner, what in (*_declared(declared), *start)
    )


_Spelled = tuple[str, str | Part]


def _declared(parts: list[tuple[str, str, list[_Spelled]]]) -> Iterator[_Spelled]:
    for place, (name, owner, code) in enumerate(parts):
        yield owner, f"{',' if place else 'let '}{name}{'=' if code else ''}"
        yield from code
    if parts:
        yield "core", ";"


def _spelled(
    code: Code, owner: str, uses: Collection[str], values: Mapping[str, str], taken: dict[int, str]
) -> Iterator[_Spelled]:
    """Text with its owner; notes in `taken` which parts are called, and for whom."""
    for piece in code:
        match piece:
            case str():
                yield owner, piece
            case Value(name):
                yield "plan", values[name]
            case Part(number):
                taken.setdefault(number, owner)
                yield owner, piece
            case Choice(feature, yes, no):
                now, whose = (yes, feature) if feature in uses else (no, owner)
                yield from _spelled(now, whose, uses, values, taken)


def _asked(code: Code) -> Iterator[str]:
    for piece in code:
        if isinstance(piece, Choice):
            yield piece.uses
            yield from _asked(piece.yes)
            yield from _asked(piece.no)
