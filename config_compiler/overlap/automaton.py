"""Expressions as automata: states are made as a search comes by them, never more.

Of Thompson's construction, with places (`^`, `$`, `\\b`, `\\B`) decided when the next character is known.
May not know what the texts stand for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from config_compiler.overlap.effort import Effort, UndecidedError
from config_compiler.overlap.expression import WORD, Chars, Choice, Node, Place, Repeated, Row

MAX_STATES = 3_000
"""Of one expression, counts such as `{100}` written out."""

_EDGE, _LETTER, _OTHER = "|", "w", "-"
_Step = tuple[Chars, int]
_Jump = tuple[str, int]


def _sort(character: str) -> str:
    return _LETTER if WORD.holds(character) else _OTHER


@dataclass(slots=True)
class _Graph:
    """States with their steps over characters and their jumps through places; "" is always open."""

    steps: list[list[_Step]] = field(default_factory=list)
    jumps: list[list[_Jump]] = field(default_factory=list)

    def state(self) -> int:
        if len(self.steps) >= MAX_STATES:
            raise UndecidedError("one of their regular expressions is too large to be compared")
        self.steps.append([])
        self.jumps.append([])
        return len(self.steps) - 1

    def add(self, node: Node, start: int) -> int:
        """Put a part behind a state; the state behind the part."""
        match node:
            case Chars():
                end = self.state()
                self.steps[start].append((node, end))
                return end
            case Place(sign):
                end = self.state()
                self.jumps[start].append((sign, end))
                return end
            case Row(parts):
                for part in parts:
                    start = self.add(part, start)
                return start
            case Choice(parts):
                end = self.state()
                for part in parts:
                    self.jumps[self.add(part, self._behind(start))].append(("", end))
                return end
            case Repeated():
                return self._repeat(node, start)

    def _repeat(self, node: Repeated, start: int) -> int:
        for _ in range(node.low):
            start = self.add(node.part, start)
        if node.high is None:
            start = self._behind(start)
            self.jumps[self.add(node.part, start)].append(("", start))
            return self._behind(start)
        end = self.state()
        for _ in range(node.high - node.low):
            self.jumps[start].append(("", end))
            start = self.add(node.part, start)
        self.jumps[start].append(("", end))
        return end

    def _behind(self, start: int) -> int:
        end = self.state()
        self.jumps[start].append(("", end))
        return end


DEAD, FOUND = 0, 1
"""States without a way out: the expression cannot be found any more; it is found, whatever follows."""

START = 2


class Automaton:
    """Searches an expression in texts, one character at a time."""

    def __init__(self, node: Node) -> None:
        graph = _Graph()
        self._first = graph.state()
        self._last = graph.add(node, self._first)
        self._steps, self._jumps = graph.steps, graph.jumps
        self.known: dict[tuple[int, str], int] = {}
        """What is behind the states and characters that were asked about."""
        self._numbers: dict[tuple[frozenset[int], str], int] = {}
        self._states: list[tuple[frozenset[int], str]] = [(frozenset(), "dead"), (frozenset(), "found")]
        self._ends: dict[int, bool] = {DEAD: False, FOUND: True}
        self._sets = tuple(dict.fromkeys(chars for steps in graph.steps for chars, _ in steps))
        self._alike: dict[str, tuple[int, ...]] = {}
        self._anchored = not any(
            self._alive(self._reach(frozenset((self._first,)), before, after))
            for before in (_LETTER, _OTHER)
            for after in (_LETTER, _OTHER, _EDGE)
        )
        self._state(frozenset((self._first,)), _EDGE)

    def after(self, state: int, character: str, effort: Effort) -> int:
        """The state behind a character."""
        known = self.known.get((state, character))
        if known is None:
            known = self.known[state, character] = self._after(state, character, effort)
        return known

    def ends(self, state: int) -> bool:
        """Whether the expression is found in a text that ends here."""
        known = self._ends.get(state)
        if known is None:
            kernel, before = self._states[state]
            known = self._ends[state] = self._last in self._reach(kernel, before, _EDGE)
        return known

    def sorts_of(self, characters: str) -> tuple[int, ...]:
        """A number for each: characters of one number are all the same to this automaton."""
        known = self._alike.get(characters)
        if known is None:
            known = self._alike[characters] = tuple(map(self._sort_of, characters))
        return known

    def _sort_of(self, character: str) -> int:
        sort = int(WORD.holds(character))
        for chars in self._sets:
            sort = sort * 2 + chars.holds(character)
        return sort

    def _after(self, state: int, character: str, effort: Effort) -> int:
        if state <= FOUND:
            return state
        kernel, before = self._states[state]
        now = _sort(character)
        reached = self._reach(kernel, before, now)
        effort.spend(1 + len(reached))
        if self._last in reached:
            return FOUND
        behind = {end for at in reached for chars, end in self._steps[at] if chars.holds(character)}
        if not self._anchored:
            behind.add(self._first)
        return self._state(frozenset(behind), now) if behind else DEAD

    def _state(self, kernel: frozenset[int], before: str) -> int:
        known = self._numbers.get((kernel, before))
        if known is None:
            known = self._numbers[kernel, before] = len(self._states)
            self._states.append((kernel, before))
        return known

    def _reach(self, kernel: frozenset[int], before: str, after: str) -> set[int]:
        """The states that jumps lead to, between two sorts of character."""
        is_open = {
            "": True,
            "^": before == _EDGE,
            "$": after == _EDGE,
            "b": (before == _LETTER) != (after == _LETTER),
            "B": (before == _LETTER) == (after == _LETTER),
        }
        reached, left = set(kernel), list(kernel)
        while left:
            for sign, end in self._jumps[left.pop()]:
                if is_open[sign] and end not in reached:
                    reached.add(end)
                    left.append(end)
        return reached

    def _alive(self, reached: set[int]) -> bool:
        return self._last in reached or any(self._steps[at] for at in reached)
