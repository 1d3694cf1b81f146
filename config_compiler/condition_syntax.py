"""Conditions as they are written: tests of fields, joined by all, any and not, each with its place.

May not know which fields there are or what they take.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from config_compiler.codes import Code
from config_compiler.finding import Finding, Problems
from config_compiler.kinds import Flag, Text, Written, wrong_kind
from config_compiler.nearest import fix_for, nearest
from config_compiler.tree import Entries, Entry, Items, Node, Scalar


@dataclass(frozen=True, slots=True)
class Values:
    """A value, or a list of which any will do."""

    values: tuple[Written[str], ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """`not:` and what is not to hold."""

    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """`gte:` and `lte:`, at least one of them."""

    low: Written[str] | None
    high: Written[str] | None


@dataclass(frozen=True, slots=True)
class Part:
    """`contains:` or `matches:`."""

    word: Literal["contains", "matches"]
    text: Written[str]


@dataclass(frozen=True, slots=True)
class Presence:
    """`exists:`."""

    wanted: Written[bool]


Ask = Values | Negated | Bounds | Part | Presence


@dataclass(frozen=True, slots=True)
class TestSyntax:
    """A field and what is asked of it; all of `asks` have to hold."""

    field: Written[str]
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class GroupSyntax:
    """`all:` or `any:` with its parts; a mapping of several tests is an `all` too."""

    word: Literal["all", "any"]
    parts: tuple[ConditionSyntax, ...]


@dataclass(frozen=True, slots=True)
class NotSyntax:
    """`not:` with a condition."""

    part: ConditionSyntax


ConditionSyntax = TestSyntax | GroupSyntax | NotSyntax

GROUPS = ("all", "any")
OPERATORS = ("not", "gte", "lte", "contains", "matches", "exists")


@dataclass(frozen=True, slots=True)
class Condition:
    """The kind of value that is a condition."""

    noun: str = "a condition such as {device: mobile}"

    def read(self, node: Node, problems: Problems) -> Written[ConditionSyntax] | None:
        condition = self._condition(node, problems)
        return None if condition is None else Written(condition, node.span)

    def _condition(self, node: Node, problems: Problems) -> ConditionSyntax | None:
        if not isinstance(node, Entries) or not node.entries:
            around = "write {all: [ … ]} or {any: [ … ]} around the list"
            alone = "write a field and its value; only an experiment's audience names an audience by its key"
            hint = around if isinstance(node, Items) else alone
            problems.add(wrong_kind(node, self.noun, hint))
            return None
        parts = [self._entry(entry, problems) for entry in node.entries]
        whole = tuple(part for part in parts if part is not None)
        if len(whole) < len(parts):
            return None
        return whole[0] if len(whole) == 1 else GroupSyntax("all", whole)

    def _entry(self, entry: Entry, problems: Problems) -> ConditionSyntax | None:
        word = entry.key.text
        if word in GROUPS:
            return self._group(cast("Literal['all', 'any']", word), entry.value, problems)
        if word == "not":
            part = self._condition(entry.value, problems)
            return None if part is None else NotSyntax(part)
        asks = _asks(entry.value, problems)
        return None if asks is None else TestSyntax(Written(word, entry.key.span), asks)

    def _group(self, word: Literal["all", "any"], node: Node, problems: Problems) -> ConditionSyntax | None:
        if not isinstance(node, Items) or not node.items:
            hint = f"write {word}: [{{device: mobile}}, …]"
            problems.add(wrong_kind(node, f'a list of conditions under "{word}"', hint))
            return None
        parts = [self._condition(item, problems) for item in node.items]
        whole = tuple(part for part in parts if part is not None)
        return GroupSyntax(word, whole) if len(whole) == len(parts) else None


@dataclass(frozen=True, slots=True)
class Audience:
    """The kind of value that is the key of an audience, or a condition in place."""

    noun: str = "the key of an audience or a condition"

    def read(self, node: Node, problems: Problems) -> Written[str] | Written[ConditionSyntax] | None:
        if isinstance(node, Entries):
            return Condition().read(node, problems)
        return Text(self.noun).read(node, problems)


def _asks(node: Node, problems: Problems) -> tuple[Ask, ...] | None:
    if not isinstance(node, Entries):
        values = _values(node, problems)
        return None if values is None else (values,)
    unknown = [entry for entry in node.entries if not _known(entry, problems)]
    if unknown or not node.entries:
        if not node.entries:
            problems.add(wrong_kind(node, "a value, a list or an operator", "write what it should be"))
        return None
    given = {entry.key.text: entry.value for entry in node.entries}
    asks = tuple(_operators(given, problems))
    return None if None in asks else tuple(ask for ask in asks if ask is not None)


def _known(entry: Entry, problems: Problems) -> bool:
    word = entry.key.text
    if word in OPERATORS:
        return True
    hint = nearest(word, OPERATORS) or f"its operators are {', '.join(OPERATORS)}; all and any join whole conditions"
    problems.add(
        Finding(Code.E111, f'a test has no operator "{word}"', entry.key.span, hint=hint, fix=fix_for(word, OPERATORS))
    )
    return False


def _operators(given: dict[str, Node], problems: Problems) -> Iterator[Ask | None]:
    """Each operator that is written; None for one that cannot be read."""
    if "not" in given:
        asks = _asks(given["not"], problems)
        yield None if asks is None else Negated(asks)
    if "gte" in given or "lte" in given:
        yield _bounds(given, problems)
    for word in ("contains", "matches"):
        if word in given:
            text = Text().read(given[word], problems)
            yield None if text is None else Part(word, text)
    if "exists" in given:
        flag = Flag().read(given["exists"], problems)
        yield None if flag is None else Presence(flag)


def _bounds(given: dict[str, Node], problems: Problems) -> Bounds | None:
    read = {word: Text("a number").read(given[word], problems) for word in ("gte", "lte") if word in given}
    return None if None in read.values() else Bounds(read.get("gte"), read.get("lte"))


def _values(node: Node, problems: Problems) -> Values | None:
    nodes = node.items if isinstance(node, Items) else (node,)
    wrong = [each for each in nodes if not _scalar(each, problems)]
    if wrong or not nodes:
        if not nodes:
            problems.add(wrong_kind(node, "a value or several", "an empty list is nobody"))
        return None
    return Values(tuple(Written(each.text, each.span) for each in nodes if isinstance(each, Scalar)))


def _scalar(node: Node, problems: Problems) -> bool:
    if isinstance(node, Scalar) and not node.empty:
        return True
    problems.add(wrong_kind(node, "a value", "write {exists: false} for what is not there"))
    return False


def tests_of(condition: ConditionSyntax) -> Iterator[TestSyntax]:
    """Every test of a condition, in the order written."""
    match condition:
        case TestSyntax():
            yield condition
        case GroupSyntax(_, parts):
            for part in parts:
                yield from tests_of(part)
        case NotSyntax(part):
            yield from tests_of(part)
