"""Pages as they are written: a pattern, or a pattern with parameters of the query.

May not know which patterns match anything.
"""

# ruff: noqa: RUF009 (`entry` makes dataclass fields, as `field` does)

from __future__ import annotations

from dataclasses import dataclass

from config_compiler.finding import Problems
from config_compiler.kinds import Listed, Pair, Pairs, Text, Written
from config_compiler.shapes import Shape, ShapeOf, entry
from config_compiler.source import Span
from config_compiler.tree import Entries, Node

_PATTERN = Text("a page such as /landing/*")


@dataclass(frozen=True, slots=True)
class PageSyntax:
    """A page pattern as a text, and what the query must hold besides."""

    value: str
    span: Span
    query: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class _WithQuery(Shape):
    """`{path: …, query: {NAME: VALUE}}`."""

    path: Written[str] | None = entry("path", _PATTERN, required=True)
    query: Listed[Pair] | None = entry("query", Pairs("a mapping of parameters to values"), required=True)


@dataclass(frozen=True, slots=True)
class Page:
    """The kind of value that is a page."""

    noun: str = _PATTERN.noun

    def read(self, node: Node, problems: Problems) -> PageSyntax | None:
        """The page; None, with a finding, where it is none."""
        if isinstance(node, Entries):
            page = ShapeOf(_WithQuery, "a page").read(node, problems)
            if page is None or page.path is None or page.query is None or not (page.whole and page.query.whole):
                return None
            return PageSyntax(page.path.value, page.path.span, page.query.values)
        pattern = _PATTERN.read(node, problems)
        return None if pattern is None else PageSyntax(pattern.value, pattern.span)
