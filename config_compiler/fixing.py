"""Applies the fixes of findings to the text of a definition; comments and layout stay as they are.

Pure. May not know where the text is kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from config_compiler.finding import Finding
from config_compiler.source import Source, Span

_QUOTES = ("'", '"')


def fixed(source: Source, findings: Iterable[Finding]) -> tuple[Source, tuple[Finding, ...]]:
    """The definition with every fix applied, and the findings that were mended; of two at one place the first."""
    texts = dict(source.files)
    mended: list[Finding] = []
    # From the end, so that what is still to be fixed stays where it is.
    for finding in sorted((f for f in findings if f.fix), key=lambda f: f.span, reverse=True):
        span = finding.span
        text = texts.get(span.file, "")
        if any(_overlap(span, other.span) for other in mended) or not _fits(text, span):
            continue
        texts[span.file] = _with(text, span, finding.fix)
        mended.append(finding)
    return Source(texts), tuple(reversed(mended))


def _overlap(one: Span, other: Span) -> bool:
    if one.file != other.file or one.line != other.line:
        return False
    return one.column < other.end_column and other.column < one.end_column


def _fits(text: str, span: Span) -> bool:
    """Whether a word stands there, on one line and without an anchor or a tag."""
    if span.line != span.end_line or span.line > len(_lines(text)):
        return False
    start, end, line = _stretch(text, span)
    return line[start:end] != "" and line[start] not in "&*!|>"


def _with(text: str, span: Span, fix: str) -> str:
    lines = _lines(text)
    start, end, line = _stretch(text, span)
    quote = line[start] if line[start] in _QUOTES else ""
    lines[span.line - 1] = f"{line[:start]}{quote}{fix}{quote}{line[end:]}"
    return "".join(lines)


def _stretch(text: str, span: Span) -> tuple[int, int, str]:
    """Where the place begins and ends in its line, and the line. A byte order mark counts for no column."""
    line = _lines(text)[span.line - 1]
    shift = 1 if span.line == 1 and line.startswith("\ufeff") else 0
    return span.column - 1 + shift, span.end_column - 1 + shift, line


def _lines(text: str) -> list[str]:
    """Lines with their ends, as `Source.lines` counts them."""
    lines, start = [], 0
    while (end := _end(text, start)) is not None:
        lines.append(text[start:end])
        start = end
    return [*lines, text[start:]]


def _end(text: str, start: int) -> int | None:
    found = [at for at in (text.find("\n", start), text.find("\r", start)) if at >= 0]
    if not found:
        return None
    at = min(found)
    return at + 2 if text.startswith("\r\n", at) else at + 1
