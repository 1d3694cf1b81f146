"""Finds a text that passes some tests and fails others, or proves that there is none.

Runs the tests' automata side by side, breadth first, so that the text is a shortest one.
May not know what the text stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from config_compiler.overlap.automaton import DEAD, FOUND, START, Automaton
from config_compiler.overlap.effort import Effort
from config_compiler.overlap.expression import Choice, Node, Place, Row, expression, literal


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
VALUE = _PREFERRED + _REST + " é\n"
"""What any other text is made of; é stands for everything that no test names."""


def passes(test: TextTest, text: str) -> bool:
    """Whether one text passes."""
    match test:
        case Whole(texts, subtags):
            return text in texts or (subtags and any(text.startswith(f"{t}-") for t in texts))
        case Within(part):
            return part in text
        case Found(regex):
            return _compiled(regex).search(text) is not None


@lru_cache(10_000)
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex)


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
    found: list[str] = []
    for escaped, plain, sign in re.findall(r"\\([^\w\s])|([^\\^$.|?*+()\[\]{}])|(.)", regex[1:], re.DOTALL):
        if sign:
            # What is repeated may be there not even once.
            return "".join(found[:-1] if sign in "*?{" else found)
        found.append(escaped or plain)
    return "".join(found)


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
        start = _joined(start_of(test) for test in wanted)
        if start is None:
            return None
        tests = (*wanted, *(test for test in unwanted if _joined((start, start_of(test))) is not None))
        runners = [self.automaton(test) for test in tests]
        known = letters if letters == ADDRESS else letters + _named(tests)
        return _Race(runners, len(wanted), effort).search(start, _told_apart(runners, known))

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


def _told_apart(runners: Sequence[Automaton], letters: str) -> list[str]:
    """One letter, the first, for all that no automaton tells apart."""
    first: dict[tuple[int, ...], str] = {}
    for letter, *sorts in zip(letters, *(runner.sorts_of(letters) for runner in runners), strict=True):
        first.setdefault(tuple(sorts), letter)
    return list(first.values())


def _named(tests: Iterable[TextTest]) -> str:
    """What is not ASCII in the tests themselves."""
    return "".join(sorted({c for test in tests for c in str(test) if not c.isascii()}))


_States = tuple[int, ...]


@dataclass(slots=True)
class _Race:
    """Automata side by side; the first `wanted` must find, the others must not."""

    runners: Sequence[Automaton]
    wanted: int
    effort: Effort
    lost: tuple[int, ...] = ()
    """Of each, the state from which there is no way to what is wanted of it."""

    def __post_init__(self) -> None:
        self.lost = (DEAD,) * self.wanted + (FOUND,) * (len(self.runners) - self.wanted)

    def search(self, start: str, letters: Sequence[str]) -> str | None:
        """A shortest text that begins so and goes on in these letters."""
        first = self._along(start)
        if first is None:
            return None
        came: dict[_States, tuple[_States, str]] = {}
        row, seen = [first], {first}
        for states in row:
            if self._ends(states):
                return start + _spelt(came, states)
            self.effort.spend(len(letters) * len(self.runners))
            for letter in letters:
                behind = self._after(states, letter)
                if behind is not None and behind not in seen:
                    seen.add(behind)
                    came[behind] = (states, letter)
                    row.append(behind)
        return None

    def _along(self, start: str) -> _States | None:
        states: _States | None = (START,) * len(self.runners)
        for letter in start:
            states = None if states is None else self._after(states, letter)
        return states

    def _after(self, states: _States, letter: str) -> _States | None:
        """The states behind a letter; None where one of them leads nowhere."""
        behind = []
        for runner, state, lost in zip(self.runners, states, self.lost, strict=True):
            known = runner.known.get((state, letter))
            after = runner.after(state, letter, self.effort) if known is None else known
            if after == lost:
                return None
            behind.append(after)
        return tuple(behind)

    def _ends(self, states: _States) -> bool:
        return all(runner.ends(states[i]) is (i < self.wanted) for i, runner in enumerate(self.runners))


def _spelt(came: dict[_States, tuple[_States, str]], states: _States) -> str:
    letters: list[str] = []
    while step := came.get(states):
        states, letter = step
        letters.append(letter)
    return "".join(reversed(letters))
