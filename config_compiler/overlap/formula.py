"""Whom an experiment can reach, as one formula over what may be asked about a visit.

A page is asked about like everything else: a pattern is a question about the visit's path, host, scheme and query.
May not know how formulas are solved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from config_compiler.page_tests import page_test
from domain.condition import All, AnyOf, Condition, Matches, Not, OneOf, Operator, Test
from domain.experiment import PagePattern, Pages, PathPattern, QueryPattern, RegexPattern, UrlPattern

SCHEME, HOST, PATH = "scheme", "host", "path"


@dataclass(frozen=True, slots=True)
class Atom:
    """One question about one subject (named as plans name it), and the answer that is wanted."""

    subject: str
    operator: Operator
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Both:
    """Each of these."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these."""

    parts: tuple[Formula, ...]


Formula = Atom | Both | Either


def of_condition(condition: Condition, *, wanted: bool = True) -> Formula:
    """A condition, or its opposite, with every "not" moved into its questions."""
    match condition:
        case Test(subject, operator):
            name = f"{subject.field.value}.{subject.name}" if subject.name else subject.field.value
            return Atom(name, operator, wanted)
        case Not(part):
            return of_condition(part, wanted=not wanted)
        case All(parts):
            return _joined(tuple(of_condition(part, wanted=wanted) for part in parts), every=wanted)
        case AnyOf(parts):
            return _joined(tuple(of_condition(part, wanted=wanted) for part in parts), every=not wanted)


def of_pages(pages: Pages) -> Formula:
    """One of the pages included, none of those excluded."""
    excluded = tuple(_page(p, wanted=False) for p in pages.exclude)
    if not pages.include:
        return Both(excluded)
    return Both((_joined(tuple(_page(p, wanted=True) for p in pages.include), every=False), *excluded))


def _joined(parts: tuple[Formula, ...], *, every: bool) -> Formula:
    if len(parts) == 1:
        return parts[0]
    return Both(parts) if every else Either(parts)


def _page(pattern: PagePattern, *, wanted: bool) -> Formula:
    match pattern:
        case RegexPattern(source):
            return Atom(PATH, Matches(source), wanted)
        case PathPattern():
            return Atom(PATH, _path(pattern), wanted)
        case UrlPattern(glob):
            return _joined(_address(glob, wanted=wanted), every=wanted)
        case QueryPattern(page, query):
            asked = tuple(Atom(f"query.{name}", OneOf((value,)), wanted) for name, value in query)
            return _joined((_page(page, wanted=wanted), *asked), every=wanted)


def _path(pattern: PathPattern) -> Operator:
    test = page_test(pattern)
    match test.kind:
        case "=":
            return OneOf((test.value,))
        case "^":
            return Matches(f"^{escaped(test.value)}")
        case _:
            return Matches(test.value)


def _address(glob: str, *, wanted: bool) -> tuple[Formula, ...]:
    """A full address in parts: no `*` before the path goes beyond its part."""
    scheme, rest = glob.split("://", 1)
    host, path = rest.split("/", 1)
    return (
        Atom(SCHEME, OneOf((scheme,)), wanted),
        Atom(HOST, _host(host), wanted),
        Atom(PATH, _path(PathPattern(f"/{path}")), wanted),
    )


def _host(glob: str) -> Operator:
    if "*" not in glob:
        return OneOf((glob,))
    return Matches(f"^{'[^/]*'.join(map(escaped, re.split(r'[*]+', glob)))}$")


def escaped(text: str) -> str:
    """The text as a regular expression."""
    return re.sub(r"[\\^$.|?*+()\[\]{}]", r"\\\g<0>", text)
