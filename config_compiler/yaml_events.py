"""What a YAML 1.2 parser reports of a text, event by event, and its complaints in plain words.

May not know what is built from the events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark
from ruamel.yaml.events import Event

from config_compiler.codes import Code
from config_compiler.finding import Finding, Mend
from config_compiler.nearly_yaml import as_meant
from config_compiler.source import Span, start_of

MAX_CHARACTERS = 250_000

UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML does not allow in a text, and lone surrogates."""

_UNPRINTABLE_IN_FILE = re.compile(f"{UNPRINTABLE.pattern}|[\x85\u2028\u2029\ufeff]")
"""Also line ends that not everybody takes for one, and marks without a width: they would put places out of step."""


class Unreadable(Exception):  # noqa: N818
    """Ends the reading of one file; its finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def events_of(file: str, text: str) -> Iterator[Event]:
    """The events of a text; raises `Unreadable` where it stops being YAML."""
    _refuse_unfit(file, text)
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        raise Unreadable(_mended(_not_yaml(file, error), text)) from error
    except (ValueError, OverflowError) as error:
        # The scanner hands escapes such as "\UFFFFFFFF" to chr(), and directives to int(), as they are.
        message = "the file is not YAML: an escape or a directive is wrong"
        raise Unreadable(Finding(Code.E101, message, start_of(file))) from error


def point(file: str, mark: StreamMark) -> Span:
    """The one character at a parser's mark."""
    return Span(file, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)


def _refuse_unfit(file: str, text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        message = f"the file has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read"
        raise Unreadable(
            Finding(Code.E104, message, start_of(file), hint="keep long HTML in the page, not in a change")
        )
    if bad := _UNPRINTABLE_IN_FILE.search(text):
        _refuse_character(_span_of_index(file, text, bad.start()), bad.group())


def _refuse_character(span: Span, character: str) -> NoReturn:
    if "\udc80" <= character <= "\udcff":
        hint = "save the file as UTF-8"
        raise Unreadable(Finding(Code.E101, "the file is not UTF-8 text", span, "this byte cannot be read", hint=hint))
    message = f"the file holds the control character U+{ord(character):04X}"
    raise Unreadable(Finding(Code.E101, message, span, hint="take it out"))


def _span_of_index(file: str, text: str, index: int) -> Span:
    before = re.split(r"\r\n|[\n\r]", text[:index])
    line, column = len(before), len(before[-1]) + 1
    return Span(file, line, column, line, column + 1)


_PLAIN_WORDS = (
    ("'\\t' that cannot start", "a tab stands where a value should begin", "indent with spaces"),
    (
        "mapping values are not allowed",
        "a second value begins on this line",
        "put quotes around a text with a colon in it",
    ),
    ("could not find expected ':'", "a key has no colon after it", "write KEY: VALUE"),
    (
        "unknown escape character",
        "a backslash in double quotes begins no escape",
        "use single quotes, or write it twice",
    ),
    ("that cannot start any token", "a text begins with a reserved character", "put quotes around it"),
    (
        "expected <block end>",
        "the indentation does not fit what comes before",
        "begin all keys of a mapping in one column",
    ),
)
"""What the parser says, what that means, what to do."""

_UNCLOSED = (
    ("unexpected end of stream", "a quote is opened here and never closed", "close it"),
    ("expected ',' or", "this list or mapping lacks a comma, or its end", "write the comma, or the closing bracket"),
    ("'<stream end>'", "this list or mapping lacks its end", "write the closing bracket"),
)
"""The same, where the place to look at is where it began."""


def _not_yaml(file: str, error: MarkedYAMLError) -> Finding:
    said = " ".join(str(error.problem or error.context or "").split())
    here = error.problem_mark or error.context_mark
    for table, mark in ((_PLAIN_WORDS, here), (_UNCLOSED, error.context_mark or here)):
        for fragment, meaning, hint in table:
            if fragment in said:
                return Finding(Code.E101, f"the file is not YAML: {meaning}", _place(file, mark), hint=hint)
    return Finding(Code.E101, f"the file is not YAML: {said}", _place(file, here))


def _mended(finding: Finding, text: str) -> Finding:
    """The finding with the whole file as it is meant, where that is certain."""
    lines = re.split(r"\r\n|[\n\r]", text)
    whole = Span(finding.span.file, 1, 1, len(lines), len(lines[-1]) + 1)
    if (meant := as_meant(text)) is None:
        return finding
    differing = (i for i, (one, other) in enumerate(zip(text, meant.text, strict=False)) if one != other)
    place, message = _span_of_index(finding.span.file, text, next(differing, 0)), f"the file is not YAML: {meant.why}"
    return Finding(finding.code, message, place, hint=meant.hint, fix=meant.text, fix_at=whole, mend=Mend.AS_IS)


def _place(file: str, mark: StreamMark | None) -> Span:
    return start_of(file) if mark is None else point(file, mark)
