"""Values as the YAML of a definition: what fits on a line in brackets, the rest in blocks.

May not know what a definition is made of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | bool | Sequence[Value] | Mapping[str, Value] | None"

WIDTH = 100

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._-]*|[0-9]{1,3}(\.[0-9]{1,2})?%")
_WORDS = frozenset({"true", "false", "null"})


def written(values: Mapping[str, Value]) -> str:
    """A file."""
    return "".join(f"{line}\n" for line in _mapping(values))


def _mapping(values: Mapping[str, Value]) -> Iterator[str]:
    for key, value in values.items():
        yield from _entry(_scalar(key), value)


def _entry(key: str, value: Value) -> Iterator[str]:
    flow = f"{key}: {_flow(value)}"
    if isinstance(value, str | bool | None) or not value or (len(flow) <= WIDTH and not _of_mappings(value)):
        yield flow
        return
    yield f"{key}:"
    inner = _mapping(value) if isinstance(value, Mapping) else _list(value)
    yield from (f"  {line}" for line in inner)


def _of_mappings(value: Value) -> bool:
    return isinstance(value, Sequence) and any(isinstance(each, Mapping) for each in value)


def _list(values: Sequence[Value]) -> Iterator[str]:
    for value in values:
        flow = _flow(value)
        if not isinstance(value, Mapping) or (len(flow) <= WIDTH and not any(map(_of_mappings, value.values()))):
            yield f"- {flow}"
            continue
        for i, line in enumerate(_mapping(value)):
            yield f"{'  ' if i else '- '}{line}"


def _flow(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _scalar(value)
        case Mapping():
            return f"{{{', '.join(f'{_scalar(key)}: {_flow(each)}' for key, each in value.items())}}}"
    return f"[{', '.join(map(_flow, value))}]"


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
