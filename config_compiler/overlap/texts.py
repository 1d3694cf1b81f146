"""Finds a text that passes some tests and fails others, or proves that there is none.

Runs the tests' automata side by side, breadth first, so that the text is a shortest one.
May not know what the text stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

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


@cache
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
        if not _fit([start_of(test) for test in wanted]):
            return None
        runners = [self.automaton(test) for test in (*wanted, *unwanted)]
        return _search(runners, len(wanted), _sorts(runners, (*wanted, *unwanted), letters), effort)

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


def _fit(starts: Iterable[str]) -> bool:
    """Whether one text can begin with each of these."""
    longest = ""
    for start in starts:
        longer, shorter = (start, longest) if len(start) > len(longest) else (longest, start)
        if not longer.startswith(shorter):
            return False
        longest = longer
    return True


def _sorts(runners: Sequence[Automaton], tests: Iterable[TextTest], letters: str) -> list[str]:
    """One letter for all that no automaton tells apart."""
    first: dict[tuple[int, ...], str] = {}
    for letter in letters if letters == ADDRESS else letters + _named(tests):
        first.setdefault(tuple(runner.sort_of(letter) for runner in runners), letter)
    return list(first.values())


def _named(tests: Iterable[TextTest]) -> str:
    """What is not ASCII in the tests themselves."""
    return "".join(sorted({c for test in tests for c in str(test) if not c.isascii()}))


def _search(runners: Sequence[Automaton], wanted: int, letters: Sequence[str], effort: Effort) -> str | None:
    start = (START,) * len(runners)
    came: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None] = {start: None}
    row = [start]
    for state in row:
        if all(runner.ends(at) is (i < wanted) for i, (runner, at) in enumerate(zip(runners, state, strict=True))):
            return _spelt(came, state)
        for letter in letters:
            effort.spend()
            behind = tuple(runner.after(at, letter, effort) for runner, at in zip(runners, state, strict=True))
            if behind not in came and DEAD not in behind[:wanted] and FOUND not in behind[wanted:]:
                came[behind] = (state, letter)
                row.append(behind)
    return None


def _spelt(came: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None], state: tuple[int, ...]) -> str:
    letters: list[str] = []
    while (step := came[state]) is not None:
        state, letter = step
        letters.append(letter)
    return "".join(reversed(letters))
