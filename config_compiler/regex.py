"""The regular expressions that mean the same in JavaScript and in Python and cannot run away.

A recursive descent over the part of the syntax that both share; what is outside of it is refused. So is a repetition
inside a repeated group, such as `(a+)+`, which can take time exponential in the length of a path.
May not know what the expressions are matched against.
"""

from __future__ import annotations

from dataclasses import dataclass

from config_compiler.flaw import Flaw

MAX_LENGTH = 300
MAX_REPETITIONS = 6
"""Each unbounded repetition can multiply the time by the length of the path."""
MAX_COUNT = 100
MAX_DEPTH = 10

_CLASS_ESCAPES = "dDwWsS"
_PUNCTUATION = r"\^$.|?*+()[]{}/-"
_OUTSIDE_CLASS = f"{_CLASS_ESCAPES}b{_PUNCTUATION}"
_INSIDE_CLASS = f"{_CLASS_ESCAPES}{_PUNCTUATION}"
_DOUBLED_IN_CLASS = ("--", "&&", "||", "~~")


def regex_flaw(source: str) -> Flaw | None:
    """Why an expression is refused; None where it may be used."""
    if not source:
        return Flaw("is empty", "write what the path holds, such as regex:^/product/[0-9]+$")
    if len(source) > MAX_LENGTH:
        return Flaw(f"has more than {MAX_LENGTH} characters", "use a pattern with * or several expressions")
    reader = _Reader(source)
    try:
        reader.alternatives(0)
        if reader.rest:
            raise _Refused('closes a ")" that nothing opens', r"write \) for the character")
    except _Refused as refused:
        return refused.flaw
    if reader.repetitions > MAX_REPETITIONS:
        return Flaw(f"repeats without end in more than {MAX_REPETITIONS} places", "anchor it with ^ and say less")
    return None


class _Refused(Exception):  # noqa: N818
    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.flaw = Flaw(why, hint)


@dataclass(frozen=True, slots=True)
class _Part:
    """What was read: whether it may match in more than one way, and whether it matches a place only."""

    varies: bool = False
    place: bool = False


class _Reader:
    def __init__(self, source: str) -> None:
        self.rest = source
        self.repetitions = 0

    def alternatives(self, depth: int) -> _Part:
        """`A|B|…` up to a closing parenthesis or the end."""
        if depth > MAX_DEPTH:
            raise _Refused(f"nests groups more than {MAX_DEPTH} deep")
        varies = self._sequence(depth)
        while self._take("|"):
            varies = True
            self._sequence(depth)
        return _Part(varies)

    def _sequence(self, depth: int) -> bool:
        varies = False
        while self.rest and self.rest[0] not in "|)":
            part = self._atom(depth)
            varies |= self._repeated(part) or part.varies
        return varies

    def _atom(self, depth: int) -> _Part:
        character = self._next()
        match character:
            case "(":
                return self._group(depth)
            case "[":
                return self._class()
            case "\\":
                return self._escape()
            case "^" | "$":
                return _Part(place=True)
            case "*" | "+" | "?":
                raise _Refused(f'repeats nothing with "{character}"', f"write \\{character} for the character")
            case "{" | "}" | "]":
                raise _Refused(f'holds a lone "{character}"', f"write \\{character} for the character")
            case _ if not character.isprintable():
                raise _Refused("holds a control character")
            case _:
                return _Part()

    def _group(self, depth: int) -> _Part:
        if self._take("?") and not self._take(":"):
            raise _Refused("looks around, names a group or sets a flag with (?…)", "use ( ) or (?: ) alone")
        part = self.alternatives(depth + 1)
        if not self._take(")"):
            raise _Refused('opens a "(" that nothing closes', r"write \( for the character")
        return part

    def _escape(self) -> _Part:
        character = self._next()
        if not character:
            raise _Refused("ends in a backslash")
        if character == "B":
            raise _Refused(
                r'holds "\B", which an empty text has in browsers alone', r"write what stands there, such as \w"
            )
        if character not in _OUTSIDE_CLASS:
            raise _Refused(
                f'holds "\\{character}", which is not the same in every language', "write the character itself"
            )
        return _Part(place=character == "b")

    def _class(self) -> _Part:
        self._take("^")
        if self.rest.startswith("]"):
            raise _Refused("holds an empty [ ]")
        while not self._take("]"):
            self._range()
        return _Part()

    def _range(self) -> None:
        low = self._member()
        if self.rest.startswith("-") and not self.rest.startswith("-]"):
            self._take("-")
            high = self._member()
            if len(low) > 1 or len(high) > 1 or low > high:
                why = f'holds the range "{low}-{high}", which is empty or not between characters'
                raise _Refused(why, "write the earlier character first, or \\- for the hyphen itself")

    def _member(self) -> str:
        """One character of a class; a class escape as two."""
        if self.rest.startswith(_DOUBLED_IN_CLASS):
            raise _Refused(f'holds "{self.rest[:2]}" inside [ ]', "write each character once")
        character = self._next()
        if not character or character == "[" or not character.isprintable():
            raise _Refused("has a [ ] that is not closed, or holds another", r"write \[ for the character")
        if character != "\\":
            return character
        escaped = self._next()
        if escaped == "S":
            raise _Refused(
                r'holds "\S" inside [ ], which is not the same in every language', r"use \S outside of it, or [^\s]"
            )
        if not escaped or escaped not in _INSIDE_CLASS:
            raise _Refused(f'holds "\\{escaped}" inside [ ], which is not the same in every language')
        return f"\\{escaped}" if escaped in _CLASS_ESCAPES else escaped

    def _repeated(self, part: _Part) -> bool:
        """Read a quantifier, if there is one; whether it leaves the count open."""
        counts = self._quantifier()
        if counts is None:
            return False
        low, high = counts
        if part.place:
            raise _Refused("repeats a place such as ^ or $", "take the repetition away, or write \\^ for the character")
        if part.varies and high != 1:
            why = "repeats a group that itself repeats or chooses, which can take for ever"
            raise _Refused(why, "write it without the inner repetition or choice, or use a pattern with *")
        self._take("?")
        self.repetitions += high is None
        return low != high

    def _quantifier(self) -> tuple[int, int | None] | None:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        for sign, counts in simple.items():
            if self._take(sign):
                return counts
        return self._braces() if self._take("{") else None

    def _braces(self) -> tuple[int, int | None]:
        inside, closed, self.rest = self.rest.partition("}")
        low, comma, high = inside.partition(",")
        if not closed or not _is_count(low) or not (_is_count(high) or (comma and not high) or not comma):
            raise _Refused("holds { } that is no repetition", r"write \{ for the character")
        least = int(low)
        most = least if not comma else int(high) if high else None
        if least > (least if most is None else most) or max(least, most or 0) > MAX_COUNT:
            raise _Refused(f"repeats {{{inside}}} times; counts go up to {MAX_COUNT}")
        return least, most

    def _next(self) -> str:
        character, self.rest = self.rest[:1], self.rest[1:]
        return character

    def _take(self, sign: str) -> bool:
        if not self.rest.startswith(sign):
            return False
        self.rest = self.rest[len(sign) :]
        return True


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
