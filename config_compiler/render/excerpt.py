"""The part of a source line that is worth showing, and the columns of a terminal that a place in it takes.

May not know why the place is of interest.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from config_compiler.source import Span

MAX_SHOWN = 110
"""Characters of a line; a longer one is cut around the place."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line, or part of one, and the terminal columns to underline in it."""

    text: str
    start: int
    width: int


def excerpt(lines: Sequence[str], span: Span) -> Excerpt:
    """What to show of a place; of one that goes over several lines, the first."""
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    first = span.column - 1
    last = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    cut = 0 if len(line) <= MAX_SHOWN else max(0, min(first - MAX_SHOWN // 4, len(line) - MAX_SHOWN))
    text = printable(line[cut : cut + MAX_SHOWN])
    if cut:
        text = f"…{text[1:]}"
    if cut + MAX_SHOWN < len(line):
        text = f"{text[:-1]}…"
    inside = text[first - cut : last - cut]
    return Excerpt(text.rstrip(), columns(text[: first - cut]), max(1, columns(inside)))


def printable(text: str) -> str:
    """A text that takes no liberties with the terminal: no control characters, no changes of direction."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c in "\t\n\r" else "\ufffd" for c in text)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
