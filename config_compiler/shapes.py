"""Reads a mapping with known keys into a dataclass whose fields say what those keys are.

Each field of a shape is made by `entry`; its class variable `LATER` names keys of the language that a later version
will bring. May not know any particular shape.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import ClassVar, Generic, TypeVar, cast

from config_compiler.codes import Code
from config_compiler.finding import Finding, Problems
from config_compiler.kinds import Kind, wrong_kind
from config_compiler.nearest import nearest, nearest_word
from config_compiler.source import Span
from config_compiler.tree import Entries, Entry, Items, Node

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a shape."""

    name: str
    kind: Kind[object]
    required: bool


@dataclass(frozen=True, slots=True)
class Later:
    """A key that a later version will bring."""

    name: str
    today: tuple[object, ...] = ()
    """Values that mean what happens today anyway, and are therefore read."""
    instead: tuple[str, ...] = ()
    """Required keys that it stands for."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What every shape begins with."""

    LATER: ClassVar[tuple[Later, ...]] = ()
    span: Span
    whole: bool
    """Whether all of its keys were understood; where not, that is already reported."""


S = TypeVar("S", bound=Shape)


def entry(name: str, kind: Kind[T], *, required: bool = False) -> T | None:
    """A field of a shape: its key, the kind of its value. None where it is not written, or not readable."""
    return cast("T | None", field(default=None, metadata={"key": Key(name, kind, required)}))


def keys_of(shape: type[Shape]) -> dict[str, Key]:
    """The keys of a shape, by the name of the field that holds each."""
    return {f.name: f.metadata["key"] for f in fields(shape) if "key" in f.metadata}


@dataclass(frozen=True, slots=True)
class ShapeOf(Generic[S]):
    """The kind of value that is a mapping of this shape."""

    shape: type[S]
    noun: str

    def read(self, node: Node, problems: Problems) -> S | None:
        if not isinstance(node, Entries):
            problems.add(wrong_kind(node, self.noun))
            return None
        keys = keys_of(self.shape)
        given = {e.key.text: e for e in node.entries}
        refused = self._refuse_strangers(node.entries, [key.name for key in keys.values()], problems)
        values: dict[str, object] = {}
        for name, key in keys.items():
            if key.name in given:
                values[name] = key.kind.read(given[key.name].value, problems)
            elif key.required and key.name not in refused:
                problems.add(self._missing(node, key.name))
        whole = not refused and None not in values.values()
        return self.shape(span=node.span, whole=whole, **values)

    def _missing(self, node: Entries, name: str) -> Finding:
        return Finding(
            Code.E112, f'{self.noun} needs the key "{name}", which is missing', node.span, hint=f'add "{name}: …"'
        )

    def _refuse_strangers(self, entries: Iterable[Entry], names: list[str], problems: Problems) -> set[str]:
        """Report keys that cannot be used; answer with them and with the keys that they were likely meant to be."""
        later = {key.name: key for key in self.shape.LATER}
        refused: set[str] = set()
        for e in entries:
            name = e.key.text
            if name in later and plain(e.value) not in later[name].today:
                problems.add(_not_yet(e, later[name]))
                refused |= {name, *later[name].instead}
            elif name not in names and name not in later:
                problems.add(_unknown(e, self.noun, [*names, *later]))
                refused |= {name, nearest_word(name, [*names, *later]) or name}
        return refused


def plain(node: Node) -> object:
    """A node without its places: texts, lists, dictionaries."""
    match node:
        case Entries():
            return {e.key.text: plain(e.value) for e in node.entries}
        case Items():
            return [plain(item) for item in node.items]
        case _:
            return node.text


def _unknown(e: Entry, noun: str, names: list[str]) -> Finding:
    message = f'{noun} has no key "{e.key.text}"'
    hint = nearest(e.key.text, names) or f"its keys are {', '.join(sorted(names))}"
    return Finding(Code.E111, message, e.key.span, hint=hint)


def _not_yet(e: Entry, later: Later) -> Finding:
    if not later.today:
        return Finding(Code.E115, f'"{later.name}" is not supported yet', e.key.span, hint="take it out")
    usual = next((f'write "{value}", or ' for value in later.today if isinstance(value, str)), "")
    message = f'"{later.name}" with this value is not supported yet'
    return Finding(Code.E115, message, e.key.span, hint=f"{usual}take it out")
