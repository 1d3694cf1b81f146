"""Findings as text for a terminal: the line, carets under the place, a note, a hint.

May not know whether the text goes to a terminal; colour is an argument.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from config_compiler.codes import Severity
from config_compiler.finding import Finding
from config_compiler.render.excerpt import excerpt, printable
from config_compiler.source import Source, Span

_RED, _YELLOW, _BLUE, _BOLD, _END = "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"
_COLOR = {Severity.ERROR: _RED, Severity.WARNING: _YELLOW}


Lines = Callable[[str], list[str]]
"""The lines of a file, by its name."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place to underline, with what to say beside it."""

    span: Span
    sign: str
    text: str


def render(findings: Sequence[Finding], source: Source, *, color: bool = False) -> str:
    """Every finding with its place, and how many there are; ends in a line break."""
    lines = cache(source.lines)
    blocks = ["\n".join(_block(finding, lines, color=color)) for finding in findings]
    return "\n\n".join([*blocks, summary(findings)]) + "\n"


def summary(findings: Iterable[Finding]) -> str:
    """How many errors and warnings."""
    counts = Counter(finding.severity for finding in findings)
    said = [f"{counts[s]} {s.value}{'s' * (counts[s] > 1)}" for s in Severity if counts[s]]
    return ", ".join(said) or "no findings"


def _block(finding: Finding, lines: Lines, *, color: bool) -> Iterator[str]:
    tint = _COLOR[finding.severity]
    head = _tinted(f"{finding.severity.value}[{finding.code.name}]", tint, color=color)
    yield f"{head}{_tinted(f': {printable(finding.message)}', _BOLD, color=color)}"
    marks = [_Mark(finding.span, "^", finding.note), *(_Mark(m.span, "-", m.text) for m in finding.labels)]
    width = max(len(str(mark.span.line)) for mark in marks)
    edge = _tinted(f"{'':{width}} |", _BLUE, color=color)
    here = finding.span.file
    for file, group in groupby(sorted(marks, key=lambda m: (m.span.file != here, m.span)), key=lambda m: m.span.file):
        listed = list(group)
        at = finding.span if file == here else listed[0].span
        arrow = _tinted("--> " if file == here else "::: ", _BLUE, color=color)
        yield f"{'':{width}}{arrow}{file}:{at.line}:{at.column}"
        yield edge
        yield from _lines(listed, lines, width, edge, tint, color=color)
    foot = _tinted(f"{'':{width}} =", _BLUE, color=color)
    if finding.hint:
        yield f"{foot} hint: {printable(finding.hint)}"
    yield f"{foot} more: leadbright explain {finding.code.name}"


def _lines(marks: Iterable[_Mark], lines: Lines, width: int, edge: str, tint: str, *, color: bool) -> Iterator[str]:
    before: int | None = None
    for mark in marks:
        line = mark.span.line
        if before is not None and line > before + 1:
            yield _tinted("...", _BLUE, color=color)
        shown = excerpt(lines(mark.span.file), mark.span)
        if line != before:
            yield f"{_tinted(f'{line:{width}} |', _BLUE, color=color)} {shown.text}".rstrip()
        before = line
        underline = mark.sign * shown.width + (f" {printable(mark.text)}" if mark.text else "")
        yield f"{edge} {'':{shown.start}}{_tinted(underline, tint if mark.sign == '^' else _BLUE, color=color)}"


def _tinted(text: str, tint: str, *, color: bool) -> str:
    return f"{tint}{text}{_END}" if color else text
