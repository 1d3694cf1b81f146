"""Texts that one step would make YAML: tabs for spaces, a `#` or a colon that wanted quotes.

A step counts only where the text can be read after it, and in one way. May not know what the text says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import Event

MAX_CHARACTERS = 20_000
"""Longer texts are not tried: each step reads them anew."""

_WIDTHS = (2, 4, 8)
_INDENT = re.compile(r"^[ \t]*\t[ \t]*", re.MULTILINE)
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'")
_HASH = re.compile(r"(?<=[\[{,:] )#[A-Za-z0-9][A-Za-z0-9_-]*(?=\s*[,}\]])")
_SAID = re.compile(
    r"""^([ ]*(?:-[ ]+)?(?:name|hypothesis|text):[ ]+)   # a key, and no value that begins with a sign of YAML
        ([^\s"'&*!|>%@`\[{\#][^\#\n\r]*:[ ][^\#\n\r]*?)(?=[ ]*\r?$)""",
    re.MULTILINE | re.VERBOSE,
)
"""A text for people, with a colon in it."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A text as YAML; what kept it from being that, and what a person would do."""

    text: str
    why: str
    hint: str


def as_meant(text: str) -> Meant | None:
    """What is meant; None where no step leads to YAML, or several to different things."""
    if len(text) > MAX_CHARACTERS:
        return None
    read: dict[tuple[object, ...] | None, Meant] = {}
    for step, why, hint in _STEPS:
        read |= {_said(tried): Meant(tried, why, hint) for tried in reversed(list(step(text))) if tried != text}
    read.pop(None, None)
    return next(iter(read.values())) if len(read) == 1 else None


def _tabs(text: str) -> Iterator[str]:
    """However wide the tabs are; where that matters to the meaning, what is read differs."""
    for width in _WIDTHS:
        yield _INDENT.sub(lambda found, width=width: found.group().expandtabs(width), text)  # type: ignore[misc]


def _hashes(text: str) -> Iterator[str]:
    yield "".join(map(_hashes_quoted, text.splitlines(keepends=True)))


def _hashes_quoted(line: str) -> str:
    while (found := _HASH.search(line)) and "#" not in _QUOTED.sub("", line[: found.start()]):
        line = f'{line[: found.start()]}"{found.group()}"{line[found.end() :]}'
    return line


def _colons(text: str) -> Iterator[str]:
    yield _SAID.sub(lambda found: found.group(1) + json.dumps(found.group(2), ensure_ascii=False), text)


_STEPS: tuple[tuple[Callable[[str], Iterator[str]], str, str], ...] = (
    (_tabs, "a tab stands where a value should begin", "indent with spaces"),
    (_hashes, "# begins a comment, and the bracket behind it is part of that", "put quotes around what begins with #"),
    (_colons, "a second value begins on this line", "put quotes around a text with a colon in it"),
)
"""Each step, what it is against, and what a person would do."""


def _said(text: str) -> tuple[object, ...] | None:
    """What is read from a text, wherever it stands in it; None where it is not YAML."""
    try:
        return tuple(map(_without_place, YAML(typ="safe", pure=True).parse(text)))
    except (YAMLError, ValueError, OverflowError):
        return None


def _without_place(event: Event) -> object:
    return type(event), getattr(event, "value", None), getattr(event, "anchor", None)
