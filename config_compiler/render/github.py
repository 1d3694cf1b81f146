"""Findings as workflow commands, which GitHub shows beside the lines of a change.

May not know where the repository is: the folder of the definition within it is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from config_compiler.finding import Finding

_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}


def render(findings: Iterable[Finding], folder: str = "") -> str:
    """One command a line; nothing where nothing was found."""
    return "".join(f"{_command(finding, folder)}\n" for finding in findings)


def _command(finding: Finding, folder: str) -> str:
    span = finding.span
    properties = {"file": in_folder(folder, span.file), "line": str(span.line), "endLine": str(span.end_line)}
    if span.line == span.end_line:  # GitHub takes columns within one line only
        properties |= {"col": str(span.column), "endColumn": str(max(span.column, span.end_column - 1))}
    properties["title"] = f"{finding.code.name}: {finding.code.title}"
    message = finding.message + (f"\nhint: {finding.hint}" if finding.hint else "")
    return workflow_command(finding.severity.value, properties, message)


def in_folder(folder: str, file: str) -> str:
    """A file of the definition as the repository names it."""
    return file if folder in ("", ".") else f"{folder}/{file}"


def workflow_command(name: str, properties: Mapping[str, str], message: str) -> str:
    """One line that GitHub's runner understands, whatever is in the texts."""
    said = ",".join(f"{key}={_escaped(value, _IN_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {said}::{_escaped(message, _IN_MESSAGE)}"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)
