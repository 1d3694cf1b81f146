"""Values as the YAML of a definition: what fits on a line in brackets, the rest in blocks.

May not know what a definition is made of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | bool | int | Sequence[Value] | Mapping[str, Value] | None"

WIDTH = 100

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._-]*|[0-9]{1,3}(\.[0-9]{1,2})?%")
_WORDS = frozenset({"true", "false", "null"})


def written(values: Mapping[str, Value]) -> str:
    """A file."""
    return "".join(f"{line}\n" for line in _mapping(values))


def _mapping(values: Mapping[str, Value]) -> Iterator[str]:
    for key, value in values.items():
        yield from entry_lines(scalar(key), value)


def entry_lines(key: str, value: Value) -> Iterator[str]:
    """The lines of one entry of a block; `key` as it is to be written."""
    line = f"{key}: {flow(value)}"
    if isinstance(value, str | int | None) or not value or (len(line) <= WIDTH and not _of_mappings(value)):
        yield line
        return
    yield f"{key}:"
    inner = _mapping(value) if isinstance(value, Mapping) else _list(value)
    yield from (f"  {line}" for line in inner)


def _of_mappings(value: Value) -> bool:
    return isinstance(value, Sequence) and any(isinstance(each, Mapping) for each in value)


def _list(values: Sequence[Value]) -> Iterator[str]:
    for value in values:
        yield from item_lines(value)


def item_lines(value: Value) -> Iterator[str]:
    """The lines of one item of a block."""
    line = flow(value)
    if not isinstance(value, Mapping) or (len(line) <= WIDTH and not any(map(_of_mappings, value.values()))):
        yield f"- {line}"
        return
    for i, each in enumerate(_mapping(value)):
        yield f"{'  ' if i else '- '}{each}"


def flow(value: Value) -> str:
    """The value on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return scalar(value)
        case Mapping():
            return f"{{{', '.join(f'{scalar(key)}: {flow(each)}' for key, each in value.items())}}}"
    return f"[{', '.join(map(flow, value))}]"


def scalar(text: str) -> str:
    """A text, with quotes unless it is a mere word."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
