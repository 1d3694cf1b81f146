"""Reads a mapping with known keys into a dataclass whose fields say what those keys are.

Each field of a shape is made by `entry`. May not know any particular shape.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Generic, TypeVar, cast

from config_compiler.codes import Code
from config_compiler.finding import Finding, Problems
from config_compiler.kinds import Kind, wrong_kind
from config_compiler.nearest import fix_for, nearest, nearest_word
from config_compiler.source import Span
from config_compiler.tree import Entries, Entry, Node

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a shape."""

    name: str
    kind: Kind[object]
    required: bool
    instead: tuple[str, ...] = ()
    """Keys any of which may stand for a required one."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What every shape begins with."""

    span: Span
    whole: bool
    """Whether all of its keys were understood; where not, that is already reported."""


S = TypeVar("S", bound=Shape)


def entry(name: str, kind: Kind[T], *, required: bool = False, instead: tuple[str, ...] = ()) -> T | None:
    """A field of a shape: its key, the kind of its value. None where it is not written, or not readable."""
    return cast("T | None", field(default=None, metadata={"key": Key(name, kind, required, instead)}))


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
            problems.add(wrong_kind(node, self.noun, "write its keys, each on a line of its own"))
            return None
        keys = keys_of(self.shape)
        given = {e.key.text: e for e in node.entries}
        refused = self._refuse_strangers(node.entries, [key.name for key in keys.values()], problems)
        values: dict[str, object] = {}
        for name, key in keys.items():
            if key.name in given:
                values[name] = key.kind.read(given[key.name].value, problems)
            elif key.required and not ({key.name, *key.instead} & (refused | given.keys())):
                problems.add(self._missing(node, key.name))
        whole = not refused and None not in values.values()
        return self.shape(span=node.span, whole=whole, **values)

    def _missing(self, node: Entries, name: str) -> Finding:
        return Finding(
            Code.E112, f'{self.noun} needs the key "{name}", which is missing', node.span, hint=f'add "{name}: …"'
        )

    def _refuse_strangers(self, entries: tuple[Entry, ...], names: list[str], problems: Problems) -> set[str]:
        """Report keys that cannot be used; answer with them and with the keys that they were likely meant to be."""
        refused: set[str] = set()
        for e in entries:
            name = e.key.text
            if name not in names:
                unused = [known for known in names if all(known != other.key.text for other in entries)]
                problems.add(_unknown(e, self.noun, names, fix_for(name, unused)))
                refused |= {name, nearest_word(name, names) or name}
        return refused


def _unknown(e: Entry, noun: str, names: list[str], fix: str) -> Finding:
    message = f'{noun} has no key "{e.key.text}"'
    hint = nearest(e.key.text, names) or f"its keys are {', '.join(sorted(names))}"
    return Finding(Code.E111, message, e.key.span, hint=hint, fix=fix)
