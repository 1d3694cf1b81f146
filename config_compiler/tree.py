"""YAML text to a tree of nodes that know their places.

Builds from a parser's events with a stack of its own, so that no nesting, however deep, and no alias can exhaust
anything. A scalar stays text: what is read from it (a number, a percentage) is decided by what is expected, so `NO` is
Norway. May not know what a definition looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NoReturn

from ruamel.yaml import events

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label, Mend, Problems
from config_compiler.source import LINE_END, Span, start_of
from config_compiler.yaml_events import UNPRINTABLE, Unreadable, events_of, point

_HIDDEN = re.compile(r"\s*:\s+(#[A-Za-z0-9][A-Za-z0-9_-]*)\s*$")

_NEEDLESS = ("!!str", "!!int", "!!float", "!!bool", "!!map", "!!seq")
"""Tags that say what is read anyway."""

MAX_DEPTH = 24
MAX_NODES = 10_000
"""Most nodes that a file may have once its aliases are followed."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A piece of text; `plain` where it was written without quotes."""

    text: str
    plain: bool
    span: Span
    hidden: Scalar | None = None
    """What YAML took for a comment where a value was left out: `select: #cta`."""

    @property
    def empty(self) -> bool:
        """Whether this is YAML's null: nothing, or a word for it."""
        return self.plain and self.text in ("", "~", "null")


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping, in the order written; no key twice."""

    entries: tuple[Entry, ...]
    span: Span


Node = Scalar | Items | Entries


def read_tree(file: str, text: str, problems: Problems) -> Node | None:
    """The one document in `text`; None, with a finding, where it cannot be read."""
    try:
        return _Builder(file, text, problems).build(events_of(file, text))
    except Unreadable as end:
        problems.add(end.finding)
        return None


_Start = events.MappingStartEvent | events.SequenceStartEvent
_End = events.MappingEndEvent | events.SequenceEndEvent


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet, and how many nodes it stands for so far."""

    event: _Start
    children: list[Node] = field(default_factory=list)
    weight: int = 1


class _Builder:
    """Turns events into nodes, with the lists and mappings that are still open on a stack."""

    def __init__(self, file: str, text: str, problems: Problems) -> None:
        self._file = file
        self._lines = LINE_END.split(text)
        self._problems = problems
        self._open: list[_Open] = []
        self._anchored: dict[str, tuple[Node, int]] = {}
        self._root: Node | None = None
        self._documents = 0

    def build(self, stream: Iterable[events.Event]) -> Node:
        for event in stream:
            self._take(event)
        if self._root is None:
            hint = "write its keys, or take the file away"
            raise Unreadable(Finding(Code.E101, "the file is empty", start_of(self._file), hint=hint))
        return self._root

    def _take(self, event: events.Event) -> None:
        match event:
            case events.DocumentStartEvent():
                self._begin_document(event)
            case events.ScalarEvent():
                self._refuse_tag(event)
                self._finish(event, self._scalar(event), 1)
            case events.AliasEvent():
                self._attach(event, *self._meant(event))
            case events.MappingStartEvent() | events.SequenceStartEvent():
                self._refuse_tag(event)
                self._begin(event)
            case events.MappingEndEvent():
                done = self._open.pop()
                self._finish(done.event, self._entries(done, event), done.weight)
            case events.SequenceEndEvent():
                done = self._open.pop()
                self._finish(done.event, Items(tuple(done.children), self._extent(done, event)), done.weight)

    def _begin_document(self, event: events.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._refuse(Code.E103, "the file holds more than one YAML document", event, "keep the first one")

    def _begin(self, event: _Start) -> None:
        if len(self._open) == MAX_DEPTH:
            self._refuse(
                Code.E104,
                f"values are nested more than {MAX_DEPTH} deep",
                event,
                "nest less; a definition needs six at most",
            )
        self._open.append(_Open(event))

    def _finish(self, event: events.ScalarEvent | _Start, node: Node, weight: int) -> None:
        if event.anchor:
            self._anchored[event.anchor] = (node, weight)
        if self._open:
            self._attach(event, node, weight)
        else:
            self._root = node

    def _attach(self, event: events.Event, node: Node, weight: int) -> None:
        parent = self._open[-1]
        parent.children.append(node)
        parent.weight += weight
        if parent.weight > MAX_NODES:
            self._refuse(Code.E104, f"the file holds more than {MAX_NODES:,} values", event, "use fewer aliases")

    def _meant(self, event: events.AliasEvent) -> tuple[Node, int]:
        """What an alias stands for. Only what is finished has an anchor, so nothing can hold itself."""
        if (found := self._anchored.get(str(event.anchor))) is None:
            self._refuse(Code.E103, f'the alias "*{event.anchor}" stands for nothing before it', event, "write it out")
        return found

    def _refuse_tag(self, event: events.ScalarEvent | _Start) -> None:
        if event.tag is not None:
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            self._refuse(Code.E103, f'the tag "{tag}" is not read', event, "take it out; quotes make a text", tag)

    def _refuse(self, code: Code, message: str, event: events.Event, hint: str, needless: str = "") -> NoReturn:
        finding = Finding(code, message, point(self._file, event.start_mark), hint=hint)
        # The first character behind the tag is written anew, since a fix is never empty.
        rest = self._lines[finding.span.line - 1][finding.span.column - 1 :]
        if needless in _NEEDLESS and (found := re.match(re.escape(needless) + r"\s+(?=[^\s#])", rest)):
            both = replace(finding.span, end_column=finding.span.column + len(found.group()) + 1)
            finding = replace(finding, fix=rest[found.end()], fix_at=both, mend=Mend.AS_IS)
        raise Unreadable(finding)

    def _scalar(self, event: events.ScalarEvent) -> Scalar:
        text = str(event.value)
        if bad := UNPRINTABLE.search(text):
            self._refuse(
                Code.E103, f"a text holds the character U+{ord(bad.group()):04X}", event, "take the escape out"
            )
        return Scalar(text, not event.style, self._between(event, event))

    def _entries(self, done: _Open, end: _End) -> Entries:
        found: dict[str, Entry] = {}
        for key, value in zip(done.children[::2], done.children[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._refuse(Code.E103, "a key is a list or a mapping", done.event, "a key is a word")
            elif first := found.get(key.text):
                self._problems.add(_twice(key, value, first))
            else:
                found[key.text] = Entry(key, self._placed(value, key))
        return Entries(tuple(found.values()), self._extent(done, end))

    def _placed(self, value: Node, key: Scalar) -> Node:
        """A value that was left out stands where its key does."""
        if not isinstance(value, Scalar) or not value.plain or value.text:
            return value
        at = key.span.end_column - 1
        hidden = _HIDDEN.match(self._lines[key.span.end_line - 1], at)
        if hidden is None:
            return replace(value, span=key.span)
        start, end = hidden.start(1) + 1, hidden.end(1) + 1
        span = replace(key.span, line=key.span.end_line, column=start, end_column=end)
        return replace(value, span=key.span, hidden=Scalar(hidden.group(1), plain=True, span=span))

    def _between(self, first: events.Event, last: events.Event) -> Span:
        start, end = first.start_mark, last.end_mark
        return Span(self._file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _extent(self, done: _Open, end: _End) -> Span:
        """From bracket to bracket; of a block, which has none, its first key or item."""
        if done.event.flow_style or not done.children:
            return self._between(done.event, end)
        return done.children[0].span


def _twice(key: Scalar, value: Node, first: Entry) -> Finding:
    said = Finding(
        Code.E102,
        f'the key "{key.text}" is written twice in one mapping',
        key.span,
        "again here",
        (Label(first.key.span, "first here"),),
        "keep one of them",
    )
    if not (_same(value, first.value) and value.span.line == value.span.end_line == key.span.line):
        return said
    both = replace(key.span, end_column=value.span.end_column)
    return replace(said, hint="take one of them out; they say the same", fix_at=both, mend=Mend.TAKE_OUT)


def _same(one: Node, other: Node) -> bool:
    if not (isinstance(one, Scalar) and isinstance(other, Scalar)):
        return False
    return (one.text, one.empty) == (other.text, other.empty) and one.text != ""
