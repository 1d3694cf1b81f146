"""Applies the fixes of findings to the text of a definition; comments and layout stay as they are.

Pure. May not know where the text is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from config_compiler.finding import Finding, Mend
from config_compiler.kinds import shortened
from config_compiler.source import Source, Span

_QUOTES = ("'", '"')

_PLAIN = re.compile(r"[A-Za-z0-9/._][A-Za-z0-9/._%+~@*-]*|-{1,2}[a-z][a-z0-9-]*|-?[0-9.]+%?")
"""What needs no quotes wherever it stands."""


def fixed(source: Source, findings: Iterable[Finding]) -> tuple[Source, tuple[Finding, ...]]:
    """The definition with every fix applied, and the findings that were mended; of two at one place the first."""
    texts = dict(source.files)
    mended: list[Finding] = []
    # From the end, so that what is still to be fixed stays where it is.
    for finding in sorted((f for f in findings if f.fixable), key=lambda f: f.place, reverse=True):
        span = finding.place
        text = texts.get(span.file, "")
        if any(_overlap(span, other.place) for other in mended):
            continue
        if (after := _WAYS[finding.mend](text, span, finding.fix)) is None:
            continue
        texts[span.file] = after
        mended.append(finding)
    return Source(texts), tuple(reversed(mended))


def done(finding: Finding) -> str:
    """What was done about a finding that was mended."""
    match finding.mend:
        case Mend.TAKE_OUT:
            return "took it out"
        case Mend.AS_IS if "\n" in finding.fix:
            return "wrote it as it is meant"
        case Mend.AS_IS:
            return f"wrote {shortened(finding.fix)}"
    return f'wrote "{shortened(finding.fix)}"'


def _overlap(one: Span, other: Span) -> bool:
    if one.file != other.file or one.end_line < other.line or other.end_line < one.line:
        return False
    return (one.line, one.column) < (other.end_line, other.end_column) and (other.line, other.column) < (
        one.end_line,
        one.end_column,
    )


def _word(text: str, span: Span, fix: str) -> str | None:
    """A word, on one line and without an anchor or a tag, written anew."""
    if not _on_one_line(text, span):
        return None
    start, end = _stretch(text, span)
    old = text[start:end]
    if not old or old[0] in "&*!|>":
        return None
    quote = old[0] if old[0] in _QUOTES else ""
    new = _in_quotes(fix, quote)
    # The word is right as it is, and its quotes are what is wrong.
    return f"{text[:start]}{fix if new == old else new}{text[end:]}"


def _in_quotes(fix: str, quote: str) -> str:
    if quote == "'":
        return "'" + fix.replace("'", "''") + "'"
    return fix if not quote and _PLAIN.fullmatch(fix) else json.dumps(fix, ensure_ascii=False)


def _as_is(text: str, span: Span, fix: str) -> str | None:
    start, end = _stretch(text, span)
    return f"{text[:start]}{fix}{text[end:]}"


def _taken_out(text: str, span: Span, _: str) -> str | None:
    """Without the comma before it, or the comma after it, or the line it had to itself. A comment behind it stays."""
    if not _on_one_line(text, span):
        return None
    start, end = _stretch(text, span)
    if any(mark in text[start:end] for mark in "&*!"):
        return None  # an anchor may be needed elsewhere
    first, last = _line_around(text, start)
    before, after = text[first:start], text[end:last].strip()
    if before.rstrip().endswith(","):
        return text[: first + len(before.rstrip()) - 1] + text[end:]
    if before.strip() in ("", "-") and after == "":
        return text[:first] + text[last:]
    if before.strip() in ("", "-") and after.startswith("#"):
        return text[: start - len(before.lstrip())] + text[end:].lstrip(" ")
    return None


_WAYS = {Mend.WORD: _word, Mend.AS_IS: _as_is, Mend.TAKE_OUT: _taken_out}


def _on_one_line(text: str, span: Span) -> bool:
    return span.line == span.end_line and span.line <= len(_starts(text))


def _stretch(text: str, span: Span) -> tuple[int, int]:
    """Where the place begins and ends in the text. A byte order mark counts for no column."""
    starts = _starts(text)
    first, last = starts[span.line - 1], starts[min(span.end_line, len(starts)) - 1]
    return first + span.column - 1, last + span.end_column - 1


def _line_around(text: str, index: int) -> tuple[int, int]:
    """The beginning of a line, and that of the next."""
    starts = [*_starts(text), len(text)]
    first = max(start for start in starts if start <= index)
    return first, min((start for start in starts if start > index), default=len(text))


def _starts(text: str) -> list[int]:
    """Where each line begins, as `Source.lines` counts them."""
    mark = 1 if text.startswith("\ufeff") else 0
    return [mark, *(found.end() for found in re.finditer(r"\r\n|[\n\r]", text))]
