"""One value put, inserted or taken out of a YAML text: the places where that may be done, best first.

Each answer is a text that may be right; whoever asks reads it again and takes the first that says what is wanted. May
not know what is wanted in the end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from config_compiler.imports.writing import Value, entry_lines, flow, item_lines, scalar
from config_compiler.rewriting.places import Leaf, Node, Row, Table

_ANCHOR = re.compile(r"&\S+\s+")
_SENTENCE = re.compile(r"[A-Za-z][^\x00-\x1f:#{}\[\],&*!|>'\"%@`]*(?<! )")
_LINES = re.compile(r"\S[^\n]*(\n[^\n]+|\n(?=\n))*\n?")
_INDENT = 2


def put_in_place(text: str, holder: Node, step: str | int, value: Value) -> Iterator[str]:
    """Another value where one is."""
    old = _held(holder, step)
    if old is None:
        return
    if isinstance(old, Leaf) and isinstance(value, str):
        for way in _spelled(text, old, value, _is_flow(holder), holder.column if not isinstance(holder, Leaf) else 0):
            yield text[: old.start] + way + text[old.end :]
    if _is_flow(holder):
        yield text[: old.start] + flow(value) + text[old.end :]
    elif isinstance(holder, Table) and (field := holder.get(str(step))):
        lines = entry_lines(text[field.key.start : field.key.end], value)
        yield text[: field.key.start] + _joined(text, lines, holder.column) + text[old.end :]
    elif isinstance(holder, Row):
        yield text[: old.start] + _joined(text, item_lines(value), holder.column)[2:] + text[old.end :]


def put_new(text: str, holder: Node, key: str, value: Value, after: str | None) -> Iterator[str]:
    """A new field of a mapping, behind the one named; in front of all others where none is."""
    if not isinstance(holder, Table) or not holder.fields:
        return
    before = holder.get(after) if after is not None else None
    first = holder.fields[0].key.start
    if holder.is_flow:
        said = f"{scalar(key)}: {flow(value)}"
        place = before.value.end if before else first
        yield text[:place] + (f", {said}" if before else f"{said}, ") + text[place:]
        return
    said = _joined(text, entry_lines(scalar(key), value), holder.column)
    if before is None:
        yield text[:first] + said + _break(text) + " " * holder.column + text[first:]
        return
    place = _line_end(text, before.value.end)
    yield text[:place] + _break(text) + " " * holder.column + said + text[place:]


def insert(text: str, row: Node, index: int, value: Value) -> Iterator[str]:
    """A new item of a list, at this number."""
    if not isinstance(row, Row) or not row.items:
        return
    before = row.items[index - 1] if index else None
    if row.is_flow:
        place = before.end if before else row.items[0].start
        yield text[:place] + (f", {flow(value)}" if before else f"{flow(value)}, ") + text[place:]
        return
    said = _joined(text, item_lines(value), row.column)
    if before is None:
        yield text[: row.start] + said + _break(text) + " " * row.column + text[row.start :]
        return
    place = _line_end(text, before.end)
    yield text[:place] + _break(text) + " " * row.column + said + text[place:]


def take_out(text: str, holder: Node, step: str | int) -> Iterator[str]:
    """A field or an item gone, with its comma or its lines; a comment behind it on its line goes too."""
    if isinstance(holder, Leaf):
        return
    stretches = (
        [(each.key.start, each.value.end) for each in holder.fields]
        if isinstance(holder, Table)
        else [(each.start, each.end) for each in holder.items]
    )
    number = _number(holder, step)
    if number is None or len(stretches) < 2:
        return
    start, end = stretches[number]
    if holder.is_flow:
        first = stretches[number - 1][1] if number else start
        last = end if number else stretches[1][0]
        yield text[:first] + text[last:]
        return
    line, rest = _line_start(text, start), _line_end(text, end)
    if text[line:start].strip() in ("", "-" if isinstance(holder, Row) else ""):
        yield text[:line] + text[rest + len(_break(text)) :] if rest < len(text) else text[:line].rstrip("\r\n")
    elif number == 0:
        yield text[:start] + text[stretches[1][0] :]


def _held(holder: Node, step: str | int) -> Node | None:
    number = _number(holder, step)
    if number is None or isinstance(holder, Leaf):
        return None
    return holder.fields[number].value if isinstance(holder, Table) else holder.items[number]


def _number(holder: Node, step: str | int) -> int | None:
    match holder:
        case Table():
            return next((i for i, each in enumerate(holder.fields) if each.key.text == step), None)
        case Row() if isinstance(step, int) and step < len(holder.items):
            return step
    return None


def _spelled(text: str, old: Leaf, new: str, in_flow: bool, column: int) -> Iterator[str]:
    """The new text as the old one was written, and as it can always be written."""
    anchor = found.group() if (found := _ANCHOR.match(text, old.start, old.end)) else ""
    if old.style == "'" and "\n" not in new:
        yield anchor + "'" + new.replace("'", "''") + "'"
    elif old.style == '"':
        yield anchor + json.dumps(new, ensure_ascii=False)
    elif old.style in ("|", ">") or (not in_flow and "\n" in new):
        if _LINES.fullmatch(new):
            lines = new.removesuffix("\n").split("\n")
            indented = [" " * (column + _INDENT) + line if line else "" for line in lines]
            yield anchor + _break(text).join(["|" if new.endswith("\n") else "|-", *indented])
    elif not old.style and _SENTENCE.fullmatch(new) and scalar(f"{new}x") != new and new.lower() not in _WORDS:
        yield anchor + new
    yield anchor + scalar(new)


_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off"})


def _is_flow(holder: Node) -> bool:
    return not isinstance(holder, Leaf) and holder.is_flow


def _joined(text: str, lines: Iterator[str], column: int) -> str:
    return (_break(text) + " " * column).join(lines)


def _break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _line_end(text: str, index: int) -> int:
    found = re.compile(r"\r?\n").search(text, index)
    return found.start() if found else len(text)


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1
