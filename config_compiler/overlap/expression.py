"""The regular expressions of `config_compiler/regex.py`, taken apart.

Takes for granted that the expression is one of that subset; whatever is not is left undecided.
May not know what the parts are put together to.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from config_compiler.overlap.effort import UndecidedError

Ranges = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    ranges: Ranges
    but: bool = False
    """Whether it is any character outside the ranges instead."""

    def holds(self, character: str) -> bool:
        """Whether the character is one of these."""
        return any(low <= character <= high for low, high in self.ranges) is not self.but


@dataclass(frozen=True, slots=True)
class Place:
    """A place between characters: `^`, `$`, `b` at the edge of a word, `B` elsewhere."""

    sign: str


@dataclass(frozen=True, slots=True)
class Row:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """Several times; `high` None for no bound."""

    part: Node
    low: int
    high: int | None


Node = Chars | Place | Row | Choice | Repeated

_DIGIT: Ranges = (("0", "9"),)
_WORD: Ranges = (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z"))
_LINE_ENDS: Ranges = (("\n", "\n"), ("\r", "\r"), ("\u2028", "\u2029"))
_SPACE: Ranges = (
    ("\t", "\r"), (" ", " "), ("\xa0", "\xa0"), ("\u1680", "\u1680"), ("\u2000", "\u200a"), ("\u2028", "\u2029"),
    ("\u202f", "\u202f"), ("\u205f", "\u205f"), ("\u3000", "\u3000"), ("\ufeff", "\ufeff"),
)  # fmt: skip
"""As browsers count them."""
_CLASSES: dict[str, Ranges] = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_LAST = chr(0x10FFFF)
_COUNTS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}

ANY = Chars(_LINE_ENDS, but=True)
WORD = Chars(_WORD)


def expression(source: str) -> Node:
    """Take an expression apart."""
    reader = _Reader(source)
    node = reader.choice()
    if reader.at < len(source):
        raise UndecidedError(f'"{source}" is not a regular expression that is read here')
    return node


def literal(text: str) -> Row:
    """Exactly this text."""
    return Row(tuple(Chars(((c, c),)) for c in text))


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    @cached_property
    def _end(self) -> int:
        return len(self.source)

    def choice(self) -> Node:
        parts = [self._row()]
        while self._take("|"):
            parts.append(self._row())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _row(self) -> Node:
        parts: list[Node] = []
        while self.at < self._end and self.source[self.at] not in "|)":
            parts.append(self._repeated(self._atom()))
        return Row(tuple(parts))

    def _atom(self) -> Node:
        match self._next():
            case "(":
                self._take("?:")
                node = self.choice()
                self._next()
                return node
            case "[":
                return self._class()
            case "\\":
                return _escaped(self._next())
            case "^" | "$" as sign:
                return Place(sign)
            case ".":
                return ANY
            case character:
                return Chars(((character, character),))

    def _class(self) -> Chars:
        but = self._take("^")
        ranges: list[tuple[str, str]] = []
        while not self._take("]"):
            ranges += self._member()
        return Chars(tuple(ranges), but)

    def _member(self) -> Ranges:
        low = self._character()
        if isinstance(low, Chars):
            return _without(low)
        if not self.source.startswith("-", self.at) or self.source.startswith("-]", self.at):
            return ((low, low),)
        self._next()
        high = self._character()
        return ((low, high),) if isinstance(high, str) else ((low, low), ("-", "-"), *_without(high))

    def _character(self) -> str | Chars:
        character = self._next()
        if character != "\\":
            return character
        escaped = self._next()
        return _class_of(escaped) if escaped in "dDwWsS" else escaped

    def _repeated(self, node: Node) -> Node:
        low, high = self._counts()
        if (low, high) == (1, 1):
            return node
        self._take("?")  # Whether it is found does not depend on how much is taken.
        return Repeated(node, low, high)

    def _counts(self) -> tuple[int, int | None]:
        sign = self.source[self.at : self.at + 1]
        if sign in _COUNTS:
            self.at += 1
            return _COUNTS[sign]
        if not self._take("{"):
            return 1, 1
        inside = self.source[self.at : self.source.index("}", self.at)]
        self.at += len(inside) + 1
        low, comma, high = inside.partition(",")
        return int(low), int(high or low) if high or not comma else None

    def _next(self) -> str:
        if self.at >= self._end:
            raise UndecidedError(f'"{self.source}" is not a regular expression that is read here')
        self.at += 1
        return self.source[self.at - 1]

    def _take(self, sign: str) -> bool:
        taken = self.source.startswith(sign, self.at)
        self.at += len(sign) * taken
        return taken


def _escaped(character: str) -> Node:
    if character in "bB":
        return Place(character)
    return _class_of(character) if character in "dDwWsS" else Chars(((character, character),))


def _class_of(letter: str) -> Chars:
    return Chars(_CLASSES[letter.lower()], but=letter.isupper())


def _without(chars: Chars) -> Ranges:
    """The same set without `but`."""
    if not chars.but:
        return chars.ranges
    edges = ["\0", *(e for low, high in chars.ranges for e in (chr(ord(low) - 1), chr(ord(high) + 1))), _LAST]
    return tuple(zip(edges[::2], edges[1::2], strict=True))
