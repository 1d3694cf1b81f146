"""Finds a text that passes some tests and fails others, or proves that there is none.

Runs the tests' automata side by side, breadth first, so that the text is a shortest one.
May not know what the text stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

from config_compiler.overlap.automaton import DEAD, FOUND, START, Automaton
from config_compiler.overlap.effort import Effort
from config_compiler.overlap.expression import Choice, Node, Place, Row, expression, literal
from domain.visits import found


@dataclass(frozen=True, slots=True)
class Whole:
    """The text is one of these; `subtags`: or goes on behind one of them with a hyphen."""

    texts: tuple[str, ...]
    subtags: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """The text holds this one."""

    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """The regular expression is found in the text."""

    regex: str


TextTest = Whole | Within | Found

_PREFERRED = "abcdefghijklmnopqrstuvwxyz0123456789-/._~ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_REST = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in _PREFERRED)

ADDRESS = _PREFERRED + "".join(c for c in _REST if c not in "?#")
"""What a path is made of, what is liked best first."""
VALUE = _PREFERRED + _REST + " é\xa0\n"
"""What any other text is made of; é stands for every letter that no test names, \xa0 for every such space."""


def passes(test: TextTest, text: str) -> bool:
    """Whether one text passes."""
    match test:
        case Whole(texts, subtags):
            return text in texts or (subtags and any(text.startswith(f"{t}-") for t in texts))
        case Within(part):
            return part in text
        case Found(regex):
            return found(regex, text)


def _node(test: TextTest) -> Node:
    match test:
        case Whole(texts, subtags):
            end: Node = Choice((Place("$"), literal("-"))) if subtags else Place("$")
            return Row((Place("^"), Choice(tuple(map(literal, texts))), end))
        case Within(part):
            return literal(part)
        case Found(regex):
            return expression(regex)


@lru_cache(10_000)
def start_of(test: TextTest) -> str:
    """What every text that passes certainly begins with, as far as is seen at once."""
    match test:
        case Found(regex) if regex.startswith("^") and "|" not in regex:
            return _literal_start(regex)
        case _:
            return ""


def _literal_start(regex: str) -> str:
    start: list[str] = []
    for escaped, plain, sign in _PIECE.findall(regex[1:]):
        if sign:
            # What is repeated may be there not even once.
            return "".join(start[:-1] if sign in "*?{" else start)
        start.append(escaped or plain)
    return "".join(start)


@lru_cache(10_000)
def end_of(test: TextTest) -> str:
    """What every text that passes certainly ends with, as far as is seen at once."""
    match test:
        case Found(regex) if regex.endswith("$") and "|" not in regex:
            pieces = _PIECE.findall(regex)
            if pieces[-1][2] != "$":  # a dollar sign, not the end
                return ""
            literals = takewhile(lambda piece: not piece[2], pieces[-2::-1])
            return "".join(escaped or plain for escaped, plain, _ in literals)[::-1]
        case _:
            return ""


_PIECE = re.compile(r"\\([^\w\s])|([^\\^$.|?*+()\[\]{}])|(\\?.)", re.DOTALL)
"""A character that stands for itself, with a backslash or without one, or anything else."""


@dataclass(slots=True)
class Texts:
    """Answers about texts; keeps the automata that it has made."""

    _automata: dict[TextTest, Automaton] = field(default_factory=dict)

    def find(
        self, wanted: Sequence[TextTest], unwanted: Sequence[TextTest], letters: str, effort: Effort
    ) -> str | None:
        """A shortest text of these letters that passes each of `wanted` and none of `unwanted`; None for none.

        Raises `UndecidedError` where the effort is over before that is known.
        """
        if any(isinstance(test, Whole) and not test.subtags for test in wanted):
            return _one_of(wanted, unwanted)
        start, end = _joined(map(start_of, wanted)), _joined(end_of(test)[::-1] for test in wanted)
        if start is None or end is None:
            return None
        known = letters if letters == ADDRESS else letters + _named((*wanted, *unwanted))
        if not set(start) <= set(known):
            return None
        lanes = [_Lane(self.automaton(test), DEAD, FOUND) for test in wanted]
        lanes += [
            _Lane(self.automaton(test), FOUND, DEAD)
            for test in unwanted
            if _joined((start, start_of(test))) is not None
        ]
        return _race(lanes, start, known, effort)

    def automaton(self, test: TextTest) -> Automaton:
        """The test as an automaton."""
        known = self._automata.get(test)
        if known is None:
            known = self._automata[test] = Automaton(_node(test))
        return known


def _one_of(wanted: Sequence[TextTest], unwanted: Sequence[TextTest]) -> str | None:
    listed = next(test for test in wanted if isinstance(test, Whole) and not test.subtags)
    for text in listed.texts:
        if all(passes(test, text) for test in wanted) and not any(passes(test, text) for test in unwanted):
            return text
    return None


def _joined(starts: Iterable[str]) -> str | None:
    """What a text begins with that begins with each of these; None where none can."""
    longest = ""
    for start in starts:
        longer, shorter = (start, longest) if len(start) > len(longest) else (longest, start)
        if not longer.startswith(shorter):
            return None
        longest = longer
    return longest


def _told_apart(lanes: Sequence[_Lane], letters: str) -> list[str]:
    """One letter, the first, for all that no automaton tells apart."""
    first: dict[tuple[int, ...], str] = {}
    for letter, *sorts in zip(letters, *(lane.runner.sorts_of(letters) for lane in lanes), strict=True):
        first.setdefault(tuple(sorts), letter)
    return list(first.values())


def _named(tests: Iterable[TextTest]) -> str:
    """What is not ASCII in the tests themselves."""
    return "".join(sorted({c for test in tests for c in str(test) if not c.isascii()}))


_States = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Lane:
    """An automaton, the state from which there is no way to what is wanted of it, and the one that has it for good."""

    runner: Automaton
    lost: int
    won: int


def _race(lanes: list[_Lane], start: str, letters: str, effort: Effort) -> str | None:
    """A shortest text that begins so and goes on in these letters, at whose end every lane has what is wanted of it."""
    states: _States | None = (START,) * len(lanes)
    for letter in start:
        states = states and _after(lanes, states, letter, effort)
    if states is None:
        return None
    # What has been won along the way need not be asked again.
    left = [(lane, state) for lane, state in zip(lanes, states, strict=True) if state != lane.won]
    first, lanes = tuple(state for _, state in left), [lane for lane, _ in left]
    end = _search(lanes, first, _told_apart(lanes, letters), effort)
    return None if end is None else start + end


def _search(lanes: list[_Lane], first: _States, letters: Sequence[str], effort: Effort) -> str | None:
    came: dict[_States, tuple[_States, str]] = {}
    row, seen = [first], {first}
    for states in row:
        if all(lane.runner.ends(state) is (lane.won == FOUND) for lane, state in zip(lanes, states, strict=True)):
            return _spelt(came, states)
        effort.spend(len(letters) * len(lanes))
        lead, at = lanes[0], states[0]
        for letter in letters:
            if lead.runner.known.get((at, letter)) == lead.lost:
                continue  # As most do: it is known before anything is asked of the other lanes.
            behind = _after(lanes, states, letter, effort)
            if behind is not None and behind not in seen:
                seen.add(behind)
                came[behind] = (states, letter)
                row.append(behind)
    return None


def _after(lanes: list[_Lane], states: _States, letter: str, effort: Effort) -> _States | None:
    """The states behind a letter; None where one of them is lost."""
    behind = []
    for lane, state in zip(lanes, states, strict=True):
        known = lane.runner.known.get((state, letter))
        after = lane.runner.after(state, letter, effort) if known is None else known
        if after == lane.lost:
            return None
        behind.append(after)
    return tuple(behind)


def _spelt(came: dict[_States, tuple[_States, str]], states: _States) -> str:
    letters: list[str] = []
    while step := came.get(states):
        states, letter = step
        letters.append(letter)
    return "".join(reversed(letters))
