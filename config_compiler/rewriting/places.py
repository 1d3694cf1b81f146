"""YAML text to a tree of values that know where they begin and end, as indices into the text.

`tree.py` knows where a value begins, to point at it; whoever changes a text also has to know where it ends, and how it
was written. May not know what is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ruamel.yaml import events

from config_compiler.yaml_events import Unreadable, events_of

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"
"""What is written, without how: every scalar as its text, None for YAML's null."""

_COLON = re.compile(r"\s*:")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar; `style` is its quote or the sign of its block, empty where it has none."""

    start: int
    end: int
    text: str
    style: str = ""
    alias: Node | None = None
    """What it stands for, where it is an alias."""


@dataclass(frozen=True, slots=True)
class Row:
    """A list; `column` is that of its dashes, or of its bracket."""

    start: int
    end: int
    items: tuple[Node, ...]
    is_flow: bool
    column: int


@dataclass(frozen=True, slots=True)
class Field:
    """A key and its value."""

    key: Leaf
    value: Node


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; `column` is that of its keys, or of its bracket."""

    start: int
    end: int
    fields: tuple[Field, ...]
    is_flow: bool
    column: int

    def get(self, key: str) -> Field | None:
        """The field of that key."""
        return next((each for each in self.fields if each.key.text == key), None)


Node: TypeAlias = "Leaf | Row | Table"
Path: TypeAlias = tuple[str | int, ...]
"""Keys and numbers of items, from the root."""


def places(text: str) -> Node | None:
    """The one value of a text, without a byte order mark; None where it cannot be read."""
    builder = _Builder(text)
    try:
        for event in events_of("", text):
            builder.take(event)
    except Unreadable:
        return None
    return builder.root


def plain(node: Node) -> Plain:
    """What a node says."""
    match node:
        case Leaf(alias=None):
            return None if not node.style and node.text in ("", "~", "null") else node.text
        case Leaf(alias=meant):
            return plain(meant) if meant else None
        case Row():
            return [plain(each) for each in node.items]
        case Table():
            return {each.key.text: plain(each.value) for each in node.fields}


def at(node: Node, path: Path) -> Node | None:
    """The node at the end of a path."""
    for step in path:
        if isinstance(node, Table) and isinstance(step, str) and (found := node.get(step)):
            node = found.value
        elif isinstance(node, Row) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def path_to(node: Node, index: int) -> Path:
    """The way to the innermost value, or its key, at this place of the text."""
    path: list[str | int] = []
    while (
        step := next((each for each in _stretches(node) if each[1] <= index < max(each[2], each[1] + 1)), None)
    ) is not None:
        path.append(step[0])
        node = step[3]
    return tuple(path)


def _stretches(node: Node) -> Iterator[tuple[str | int, int, int, Node]]:
    match node:
        case Row():
            yield from ((i, each.start, each.end, each) for i, each in enumerate(node.items))
        case Table():
            yield from ((each.key.text, each.key.start, each.value.end, each.value) for each in node.fields)


_Start = events.MappingStartEvent | events.SequenceStartEvent


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    event: _Start
    children: list[Node] = field(default_factory=list)


class _Builder:
    """Turns events into nodes, with the lists and mappings that are still open on a stack."""

    def __init__(self, text: str) -> None:
        self.root: Node | None = None
        self._text = text
        self._open: list[_Open] = []
        self._anchored: dict[str, Node] = {}

    def take(self, event: events.Event) -> None:
        """The next event."""
        match event:
            case events.ScalarEvent():
                self._finish(self._leaf(event), event.anchor)
            case events.AliasEvent():
                meant = self._anchored.get(str(event.anchor))
                self._finish(Leaf(event.start_mark.index, event.end_mark.index, "", "*", meant), None)
            case events.MappingStartEvent() | events.SequenceStartEvent():
                self._open.append(_Open(event))
            case events.MappingEndEvent() | events.SequenceEndEvent():
                done = self._open.pop()
                self._finish(self._whole(done, event), done.event.anchor)

    def _finish(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self._anchored[anchor] = node
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node

    def _leaf(self, event: events.ScalarEvent) -> Leaf:
        start, end = event.start_mark.index, event.end_mark.index
        if event.style in ("|", ">"):
            # The empty lines behind a block belong to nobody.
            end = start + len(self._text[start:end].rstrip("\r\n "))
        return Leaf(start, end, str(event.value), event.style or "")

    def _whole(self, done: _Open, end: events.Event) -> Node:
        start, column, is_flow = done.event.start_mark.index, done.event.start_mark.column, bool(done.event.flow_style)
        children = done.children
        if isinstance(done.event, events.SequenceStartEvent):
            last = end.end_mark.index if is_flow or not children else children[-1].end
            return Row(start, last, tuple(children), is_flow, column)
        fields = tuple(self._field(*pair) for pair in zip(children[::2], children[1::2], strict=True))
        last = end.end_mark.index if is_flow or not fields else fields[-1].value.end
        return Table(start, last, fields, is_flow, column)

    def _field(self, key: Node, value: Node) -> Field:
        """A value that was left out stands behind its colon."""
        name = key if isinstance(key, Leaf) else Leaf(key.start, key.end, "")
        if isinstance(value, Leaf) and not value.style and not value.text and value.alias is None:
            colon = _COLON.match(self._text, name.end)
            place = colon.end() if colon else name.end
            value = replace(value, start=place, end=place)
        return Field(name, value)
