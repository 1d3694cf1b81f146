"""The kinds of value that a definition is made of, and how each is read from a node of the tree.

A kind that cannot read a node says so in a finding and answers None: from then on, None means "already reported".
May not know which key the value belongs to, or what it is for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Generic, Protocol, TypeVar

from config_compiler.codes import Code
from config_compiler.finding import Finding, Mend, Problems
from config_compiler.nearest import fix_for, nearest, nearest_meaning
from config_compiler.source import Span
from config_compiler.tree import Entries, Entry, Items, Node, Scalar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True)
class Written(Generic[T_co]):
    """A value and where it was written."""

    value: T_co
    span: Span


@dataclass(frozen=True, slots=True)
class Listed(Generic[T_co]):
    """Values in a row; `whole` where each of them could be read."""

    values: tuple[T_co, ...]
    span: Span
    whole: bool


class Kind(Protocol[T_co]):
    """Reads one kind of value."""

    @property
    def noun(self) -> str:
        """What is expected, as a finding names it."""
        ...

    def read(self, node: Node, problems: Problems) -> T_co | None:
        """The value; None, with a finding, where the node is no such thing."""
        ...


def wrong_kind(node: Node, expected: str, hint: str = "") -> Finding:
    """What to say where something else is written than what is expected."""
    return Finding(Code.E113, f"{_found(node)} is written here; {expected} is expected", node.span, hint=hint)


def _commented(node: Node, expected: str, hidden: Scalar) -> Finding:
    """What to say where YAML took the value for a comment."""
    hint = f'put quotes around it: "{hidden.text}"; YAML takes what follows # for a comment'
    finding = wrong_kind(node, expected, hint)
    return replace(finding, fix=f'"{hidden.text}"', fix_at=hidden.span, mend=Mend.AS_IS)


def _found(node: Node) -> str:
    match node:
        case Entries(entries):
            return "a mapping" if entries else "an empty mapping"
        case Items(items):
            return "a list" if items else "an empty list"
        case Scalar() if node.empty:
            return "nothing"
        case Scalar():
            return f'"{shortened(node.text)}"'


def _nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.empty


def shortened(text: str) -> str:
    """A text as a message quotes it: on one line, at most 60 characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:59]}…"


@dataclass(frozen=True, slots=True)
class Text:
    """Any text; numbers and truth values are taken as they are written."""

    noun: str = "a text"
    hint: str = ""
    hash: bool = False
    """Whether it may begin with `#`, which YAML takes for a comment where no quotes are around it."""

    def read(self, node: Node, problems: Problems) -> Written[str] | None:
        if isinstance(node, Scalar) and not node.empty:
            return Written(node.text, node.span)
        hidden = node.hidden if isinstance(node, Scalar) and self.hash else None
        hint = self.hint or ('write it behind the colon; "" is an empty text' if _nothing(node) else "write one text")
        problems.add(_commented(node, self.noun, hidden) if hidden else wrong_kind(node, self.noun, hint))
        return None


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage such as `33.3%`, as a share of one."""

    noun: str = "a percentage"

    def read(self, node: Node, problems: Problems) -> Written[Fraction] | None:
        text = node.text if isinstance(node, Scalar) else ""
        if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?\s?%", text):
            return Written(Fraction(text.rstrip("%").strip()) / 100, node.span)
        fix = f"{text}%" if re.fullmatch(r"[1-9][0-9]?|100", text) else ""
        problems.add(replace(wrong_kind(node, self.noun, _with_sign(text)), fix=fix))
        return None


def _with_sign(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return "write it like 50%"
    return (
        f"write {Decimal(text) * 100:f}%".replace(".0%", "%").replace(".00%", "%") if "." in text else f"write {text}%"
    )


@dataclass(frozen=True, slots=True)
class Number:
    """A number, written without quotes."""

    noun: str = "a number"

    def read(self, node: Node, problems: Problems) -> Written[Decimal] | None:
        text = node.text if isinstance(node, Scalar) else ""
        number = text if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", text) else ""
        quoted = isinstance(node, Scalar) and not node.plain
        if number and not quoted:
            return Written(Decimal(number), node.span)
        hint = "take the quotes away" if quoted else "write it like 500 or 49.90"
        problems.add(replace(wrong_kind(node, self.noun, hint), fix=number))
        return None


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds, both included."""

    low: int
    high: int

    @property
    def noun(self) -> str:
        """The bounds."""
        return f"a whole number from {self.low} to {self.high:,}"

    def read(self, node: Node, problems: Problems) -> Written[int] | None:
        text = node.text if isinstance(node, Scalar) else ""
        meant = re.fullmatch(r"[0-9]{1,9}", text) and self.low <= int(text) <= self.high
        if meant and isinstance(node, Scalar) and node.plain:
            return Written(int(text), node.span)
        hint = "take the quotes away" if meant else f"write a number such as {self.low}"
        problems.add(replace(wrong_kind(node, self.noun, hint), fix=text if meant else ""))
        return None


@dataclass(frozen=True, slots=True)
class Flag:
    """`true` or `false`."""

    noun: str = "true or false"

    def read(self, node: Node, problems: Problems) -> Written[bool] | None:
        if isinstance(node, Scalar) and node.plain and node.text in ("true", "false"):
            return Written(node.text == "true", node.span)
        word = node.text.lower() if isinstance(node, Scalar) else ""
        hint = "take the quotes away" if word in ("true", "false") else "write true or false"
        problems.add(replace(wrong_kind(node, self.noun, hint), fix=_FLAGS.get(word, "")))
        return None


_FLAGS = {
    **dict.fromkeys(("true", "yes", "on"), "true"),
    **dict.fromkeys(("false", "no", "off"), "false"),
}
"""Words that other dialects of YAML take for true and false."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[E]):
    """One of the values of an enumeration."""

    options: type[E]

    @property
    def noun(self) -> str:
        """The choices."""
        *others, last = (str(option.value) for option in self.options)
        return f"{', '.join(others)} or {last}"

    def read(self, node: Node, problems: Problems) -> Written[E] | None:
        if not isinstance(node, Scalar) or node.empty:
            problems.add(wrong_kind(node, self.noun, "write one of these words"))
            return None
        for option in self.options:
            if option.value == node.text:
                return Written(option, node.span)
        message = f'"{shortened(node.text)}" is not a choice here; {self.noun} is expected'
        words = [str(option.value) for option in self.options]
        hint = nearest(node.text, words) or nearest_meaning(node.text, words) or "write one of these words"
        fix = fix_for(node.text, words)
        problems.add(Finding(Code.E114, message, node.span, hint=hint, fix=fix))
        return None


@dataclass(frozen=True, slots=True)
class ListOf(Generic[T]):
    """A list of one kind; `single` lets one thing stand for a list of one."""

    kind: Kind[T]
    noun: str = "a list"
    single: bool = False
    empty: bool = True
    """Whether an empty list means something."""

    def read(self, node: Node, problems: Problems) -> Listed[T] | None:
        if self.single and isinstance(node, Scalar) and not node.empty:
            return self._all((node,), node.span, problems)
        if not isinstance(node, Items):
            problems.add(
                wrong_kind(node, self.noun, "write [ … ] around, or each on a line of its own behind a hyphen")
            )
            return None
        if not node.items and not self.empty:
            problems.add(wrong_kind(node, self.noun, "write one at least"))
            return None
        return self._all(node.items, node.span, problems)

    def _all(self, nodes: tuple[Node, ...], span: Span, problems: Problems) -> Listed[T]:
        return _listed([self.kind.read(node, problems) for node in nodes], span)


@dataclass(frozen=True, slots=True)
class Pair:
    """A name with a text, or with nothing."""

    name: Written[str]
    value: Written[str | None]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping whose keys are free: CSS declarations, attributes. `null` is read where `nothing` is allowed."""

    noun: str
    nothing: bool = False

    def read(self, node: Node, problems: Problems) -> Listed[Pair] | None:
        if not isinstance(node, Entries) or not node.entries:
            problems.add(wrong_kind(node, self.noun, "write NAME: VALUE, each on a line of its own"))
            return None
        return _listed([self._pair(e, problems) for e in node.entries], node.span)

    def _pair(self, e: Entry, problems: Problems) -> Pair | None:
        value = self._value(e.value, problems)
        return None if value is None else Pair(Written(e.key.text, e.key.span), value)

    def _value(self, node: Node, problems: Problems) -> Written[str | None] | None:
        if self.nothing and isinstance(node, Scalar) and node.empty:
            return Written(None, node.span)
        return Text(hash=True).read(node, problems)


def _listed(read: list[T | None], span: Span) -> Listed[T]:
    values = tuple(value for value in read if value is not None)
    return Listed(values, span, whole=len(values) == len(read))
