"""A definition as it stands in the editor: files in order, their lines, and what is said beside each line.

May not know how it is drawn, or where it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config_compiler.codes import Severity
from config_compiler.finding import Finding
from config_compiler.source import SITE_FILE, Source

FILE_FIELD = "file:"
"""Begins the name of the form field that holds a file's text."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text, and the findings that begin in it."""

    number: int
    text: str
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> str:
        """The worst of its findings; empty where it has none."""
        return _worst(self.findings)


@dataclass(frozen=True, slots=True)
class File:
    """One file of the definition; exactly one is open."""

    name: str
    title: str
    text: str
    lines: tuple[Line, ...]
    is_open: bool

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything said about this file."""
        return tuple(finding for line in self.lines for finding in line.findings)

    @property
    def severity(self) -> str:
        """The worst of its findings; empty where it has none."""
        return _worst(self.findings)


def edited(opened: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    """The files of the opened revision with the texts that were typed; a form cannot name others."""
    return {name: _with_ends_of(text, fields.get(f"{FILE_FIELD}{name}", text)) for name, text in opened.items()}


def _with_ends_of(opened: str, typed: str) -> str:
    """Lines end as they did: a form says nothing of that, and a file that nobody touched must not change for git."""
    plain = opened.replace("\r\n", "\n").replace("\r", "\n")
    if typed == plain:
        return opened
    ends_alike = opened.count("\n") == opened.count("\r\n") > 0 and "\r" not in opened.replace("\r\n", "")
    return typed.replace("\n", "\r\n") if ends_alike and "\r" not in typed else typed


def open_files(files: Mapping[str, str], findings: Iterable[Finding], wanted: str = "") -> tuple[File, ...]:
    """The site's file, then the experiments by name. Open is the wanted one, or the first with something wrong."""
    listed = list(findings)
    names = sorted(files, key=lambda name: (name != SITE_FILE, name))
    wrong = {finding.span.file for finding in listed if finding.severity is Severity.ERROR}
    chosen = wanted if wanted in files else next((name for name in names if name in wrong), names[0] if names else "")
    return tuple(_file(name, files, [f for f in listed if f.span.file == name], name == chosen) for name in names)


def title_of(name: str) -> str:
    """What a file is called on its tab."""
    if name == SITE_FILE:
        return "Site"
    return name.rpartition("/")[2].removesuffix(".yaml")


def _file(name: str, files: Mapping[str, str], findings: list[Finding], is_open: bool) -> File:
    texts = Source(files).lines(name)
    lines = [
        Line(number, text, tuple(f for f in findings if min(f.span.line, len(texts)) == number))
        for number, text in enumerate(texts, 1)
    ]
    return File(name, title_of(name), files[name], tuple(lines), is_open)


def _worst(findings: Iterable[Finding]) -> str:
    found = {finding.severity for finding in findings}
    return next((severity.value for severity in Severity if severity in found), "")
