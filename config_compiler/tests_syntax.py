"""Tests of a definition as they are written: visits, and what is expected of experiments.

May not know which experiments there are.
"""

# ruff: noqa: RUF009 (`entry` makes dataclass fields, as `field` does)

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from config_compiler.finding import Problems
from config_compiler.kinds import Listed, ListOf, Pair, Pairs, Percent, Text, Whole, Written, wrong_kind
from config_compiler.shapes import Shape, ShapeOf, entry
from config_compiler.tree import Entries, Entry, Node, Scalar

MOST_VISITORS = 1_000_000


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of one experiment: `in`, `out` or a variation; or shares of several variations."""

    experiment: Written[str]
    outcome: Written[str] | None
    shares: tuple[tuple[Written[str], Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Expectations:
    """The kind of value that maps experiments to what is expected."""

    noun: str = "a mapping of experiments to in, out, a variation or shares"

    def read(self, node: Node, problems: Problems) -> Listed[Expectation] | None:
        if not isinstance(node, Entries) or not node.entries:
            problems.add(wrong_kind(node, self.noun, "write {EXPERIMENT: in}"))
            return None
        read = [self._one(entry, problems) for entry in node.entries]
        whole = tuple(each for each in read if each is not None)
        return Listed(whole, node.span, whole=len(whole) == len(read))

    def _one(self, entry: Entry, problems: Problems) -> Expectation | None:
        experiment = Written(entry.key.text, entry.key.span)
        match entry.value:
            case Scalar() as value if not value.empty:
                return Expectation(experiment, Written(value.text, value.span))
            case Entries(entries) if entries:
                read = [(e.key, Percent().read(e.value, problems)) for e in entries]
                if any(share is None for _, share in read):
                    return None
                shares = tuple((Written(key.text, key.span), share.value) for key, share in read if share)
                return Expectation(experiment, None, shares)
        problems.add(wrong_kind(entry.value, "in, out, a variation or shares of variations", "write EXPERIMENT: in"))
        return None


@dataclass(frozen=True, slots=True)
class DefinitionTestSyntax(Shape):
    """One of `tests:`."""

    name: Written[str] | None = entry("name", Text(), required=True)
    visit: Listed[Pair] | None = entry("visit", Pairs("a visit such as {url: …, device: mobile}"), required=True)
    expect: Listed[Expectation] | None = entry("expect", Expectations(), required=True)
    visitor: Written[str] | None = entry("visitor", Text("8 hex digits"))
    visitors: Written[int] | None = entry("visitors", Whole(100, MOST_VISITORS))


@dataclass(frozen=True, slots=True)
class TestsSyntax(Shape):
    """A file `tests/….yaml`."""

    tests: Listed[DefinitionTestSyntax] | None = entry(
        "tests", ListOf(ShapeOf(DefinitionTestSyntax, "a test"), "a list of tests"), required=True
    )


TESTS = ShapeOf(TestsSyntax, "a file of tests")
