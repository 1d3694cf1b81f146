"""Findings as workflow commands, which GitHub shows beside the lines of a change.

May not know where the repository is: the folder of the definition within it is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable

from config_compiler.finding import Finding

_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}


def render(findings: Iterable[Finding], folder: str = "") -> str:
    """One command a line; nothing where nothing was found."""
    return "".join(f"{_command(finding, folder)}\n" for finding in findings)


def _command(finding: Finding, folder: str) -> str:
    span = finding.span
    properties = {
        "file": span.file if folder in ("", ".") else f"{folder}/{span.file}",
        "line": str(span.line),
        "endLine": str(span.end_line),
        "col": str(span.column),
        "endColumn": str(max(span.column, span.end_column - 1)),
        "title": f"{finding.code.name}: {finding.code.title}",
    }
    said = ",".join(f"{name}={_escaped(value, _IN_PROPERTY)}" for name, value in properties.items())
    message = finding.message + (f"\nhint: {finding.hint}" if finding.hint else "")
    return f"::{finding.severity.value} {said}::{_escaped(message, _IN_MESSAGE)}"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)
