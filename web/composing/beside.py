"""Findings beside the fields that they concern: the place in the text leads to the value there, and that to a field.

May not know what a finding means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from config_compiler.codes import DISPLACING
from config_compiler.finding import Finding
from config_compiler.rewriting.places import Node, Path, path_to, places
from config_compiler.source import Source, Span
from web.composing.typed import Typed

WHOLE = ""
"""Where a finding stands that belongs to no field."""

_LINE = re.compile(r"\r\n|[\n\r]")

_FIELDS: Mapping[Path, str] = {
    ("name",): "name",
    ("hypothesis",): "hypothesis",
    ("status",): "status",
    ("phase",): "status",
    ("traffic",): "traffic",
    ("pages", "exclude"): "exclude",
    ("pages",): "include",
    ("audience",): "audience",
    ("goals", "secondary"): "secondary",
    ("goals", "guardrails"): "guardrails",
    ("goals",): "primary",
    ("schedule", "end"): "end",
    ("schedule",): "start",
    ("layer",): "layer",
    ("variations",): "variations",
}
"""The field of a value, and of everything within it; the longest that fits."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is said of one experiment, by the names of the form's fields, and how much is said of anything else."""

    by_field: Mapping[str, tuple[Finding, ...]]
    elsewhere: tuple[Finding, ...]

    def at(self, field: str) -> tuple[Finding, ...]:
        """What is said of a field."""
        return self.by_field.get(field, ())

    def shown(self, typed: Typed) -> Beside:
        """The same at fields that this form has: what concerns none of them stands at its variation, or the whole."""
        there = frozenset(_there(typed))
        found: dict[str, tuple[Finding, ...]] = {}
        for field, findings in self.by_field.items():
            place = next((each for each in (field, *_around(field)) if each in there), WHOLE)
            found[place] = (*found.get(place, ()), *findings)
        return replace(self, by_field=found)

    @property
    def all(self) -> tuple[Finding, ...]:
        """Everything said of this experiment."""
        return tuple(finding for found in self.by_field.values() for finding in found)

    @property
    def links(self) -> tuple[tuple[str, Finding], ...]:
        """Each finding with its field, what is wrong first."""
        found = [(field, finding) for field, findings in self.by_field.items() for finding in findings]
        return tuple(sorted(found, key=lambda each: each[1].severity.value))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps it from being published."""
        return tuple(finding for finding in self.all if finding.severity.value == "error")

    @property
    def moving(self) -> tuple[Finding, ...]:
        """What would deal visitors out anew who have a variation."""
        return tuple(finding for finding in self.all if finding.code in DISPLACING)


def beside(files: Mapping[str, str], name: str, findings: Iterable[Finding]) -> Beside:
    """The findings about one file of a definition, each at its field; others where they name a place in it."""
    text = Source(files).text(name)
    root = places(text)
    found: dict[str, list[Finding]] = {}
    elsewhere: list[Finding] = []
    for finding in findings:
        span = next((each for each in _spans(finding) if each.file == name), None)
        if span is None:
            elsewhere.append(finding)
        else:
            found.setdefault(WHOLE if root is None else field_of(_path(root, text, span)), []).append(finding)
    return Beside({field: tuple(each) for field, each in found.items()}, tuple(elsewhere))


def field_of(path: Path) -> str:
    """The form's field for a value of the file."""
    match path:
        case ("variations", int(arm), "changes", int(change), str(key), *_):
            return f"v{arm}.c{change}.select" if key == "select" else f"v{arm}.c{change}.{key}"
        case ("variations", int(arm), "changes", int(change)):
            return f"v{arm}.c{change}.select"
        case ("variations", int(arm), "weight"):
            return f"v{arm}.weight"
        case ("variations", int(arm), *_):
            return f"v{arm}.key"
    return next((_FIELDS[path[:n]] for n in range(len(path), 0, -1) if path[:n] in _FIELDS), WHOLE)


def _there(typed: Typed) -> Iterator[str]:
    """Every field of a form beside which something can be said."""
    yield from _FIELDS.values()
    for i, arm in enumerate(() if typed.leaves_arms else typed.arms):
        yield from (f"v{i}.key", f"v{i}.weight")
        for j, change in enumerate(arm.changes):
            yield from (f"v{i}.c{j}.{each}" for each in ("select", *(part.effect for part in change.parts)))


def _around(field: str) -> Iterator[str]:
    """Where to look instead: the change that it is in, its variation, all of them."""
    arm, dot, rest = field.partition(".")
    if dot and arm.startswith("v"):
        yield from (f"{arm}.{rest.partition('.')[0]}.select", f"{arm}.key", "variations")


def _spans(finding: Finding) -> Iterator[Span]:
    yield finding.span
    yield from (label.span for label in finding.labels)


def _path(root: Node, text: str, span: Span) -> Path:
    starts = [0, *(each.end() for each in _LINE.finditer(text))]
    return path_to(root, starts[min(span.line, len(starts)) - 1] + span.column - 1)
