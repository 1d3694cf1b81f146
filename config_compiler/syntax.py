"""What was written: the grammar of a definition, each value with its place.

None stands for what is not written, and for what could not be read and is already reported.
May not know what any of it means.
"""

# ruff: noqa: RUF009 (`entry` makes dataclass fields, as `field` does)

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from config_compiler.codes import Code
from config_compiler.finding import Finding, Problems
from config_compiler.kinds import Choice, Flag, Listed, ListOf, Number, Pair, Pairs, Percent, Text, Written
from config_compiler.shapes import Later, Shape, ShapeOf, entry
from config_compiler.tree import Entries, Node
from domain.experiment import Status
from domain.site import Consent, Signal


@dataclass(frozen=True, slots=True)
class Page:
    """A page pattern, as a text; a later version will take `{path: …, query: …}` too."""

    noun: str = "a page such as /landing/*"

    def read(self, node: Node, problems: Problems) -> Written[str] | None:
        """The pattern; None, with a finding, where it is none."""
        if isinstance(node, Entries) and {entry.key.text for entry in node.entries} & {"path", "query"}:
            message = "a page by its query is not supported yet"
            problems.add(Finding(Code.E115, message, node.span, hint="write the path alone, as a text"))
            return None
        return Text(self.noun).read(node, problems)


KEY = Text("a key")
GOAL_KEY = Text("the key of a goal")
PAGE = Page()


@dataclass(frozen=True, slots=True)
class TriggerSyntax(Shape):
    """`on:` of a goal."""

    click: Written[str] | None = entry("click", Text("a CSS selector"))
    visit: Written[str] | None = entry("visit", PAGE)
    event: Written[str] | None = entry("event", Text("the name of an event"))
    LATER: ClassVar[tuple[Later, ...]] = (Later("submit"),)


@dataclass(frozen=True, slots=True)
class GoalSyntax(Shape):
    """One of `goals:` in `site.yaml`."""

    key: Written[str] | None = entry("key", KEY, required=True)
    on: TriggerSyntax | None = entry("on", ShapeOf(TriggerSyntax, '"on" of a goal'), required=True)
    value: Written[str] | None = entry("value", Text("the name of an event's property"))
    currency: Written[str] | None = entry("currency", Text("a currency such as EUR"))
    cap: Written[Decimal] | None = entry("cap", Number("an amount"))


@dataclass(frozen=True, slots=True)
class SiteSyntax(Shape):
    """`site.yaml`."""

    key: Written[str] | None = entry("site", KEY, required=True)
    name: Written[str] | None = entry("name", Text())
    domains: Listed[Written[str]] | None = entry(
        "domains", ListOf(Text("a host name"), "a list of host names", single=True, empty=False), required=True
    )
    timezone: Written[str] | None = entry("timezone", Text("a time zone such as Europe/Berlin"))
    consent: Written[Consent] | None = entry("consent", Choice(Consent))
    honour: Listed[Written[Signal]] | None = entry("honour", ListOf(Choice(Signal), "a list of signals"))
    goals: Listed[GoalSyntax] | None = entry("goals", ListOf(ShapeOf(GoalSyntax, "a goal"), "a list of goals"))
    LATER: ClassVar[tuple[Later, ...]] = (
        Later("single-page", ("auto", "off")),
        Later("scripts", ("forbidden",)),
        Later("holdout", ("0%",)),
        Later("audiences", ([],)),
        Later("layers", ([],)),
    )


@dataclass(frozen=True, slots=True)
class PagesSyntax(Shape):
    """`pages:` of an experiment."""

    include: Listed[Written[str]] | None = entry("include", ListOf(PAGE, "a list of pages", single=True, empty=False))
    exclude: Listed[Written[str]] | None = entry("exclude", ListOf(PAGE, "a list of pages", single=True))


@dataclass(frozen=True, slots=True)
class JudgedBySyntax(Shape):
    """`goals:` of an experiment."""

    primary: Written[str] | None = entry("primary", GOAL_KEY, required=True)
    secondary: Listed[Written[str]] | None = entry("secondary", ListOf(GOAL_KEY, "a list of goals", single=True))
    guardrails: Listed[Written[str]] | None = entry("guardrails", ListOf(GOAL_KEY, "a list of goals", single=True))


@dataclass(frozen=True, slots=True)
class ChangeSyntax(Shape):
    """One of `changes:` of a variation."""

    select: Written[str] | None = entry("select", Text("a CSS selector"), required=True)
    text: Written[str] | None = entry("text", Text())
    html: Written[str] | None = entry("html", Text())
    style: Listed[Pair] | None = entry("style", Pairs("a mapping of CSS properties to values"))
    attributes: Listed[Pair] | None = entry("attributes", Pairs("a mapping of attributes to values", nothing=True))
    add_class: Listed[Written[str]] | None = entry(
        "add-class", ListOf(Text("a class"), "a class", single=True, empty=False)
    )
    remove_class: Listed[Written[str]] | None = entry(
        "remove-class", ListOf(Text("a class"), "a class", single=True, empty=False)
    )
    remove: Written[bool] | None = entry("remove", Flag())
    hide: Written[bool] | None = entry("hide", Flag())
    LATER: ClassVar[tuple[Later, ...]] = (
        *(Later(name) for name in ("append", "prepend", "before", "after", "move")),
        *(Later(name, instead=("select",)) for name in ("css", "redirect", "script")),
    )


@dataclass(frozen=True, slots=True)
class VariationSyntax(Shape):
    """One of `variations:` of an experiment."""

    key: Written[str] | None = entry("key", KEY, required=True)
    weight: Written[Fraction] | None = entry("weight", Percent(), required=True)
    changes: Listed[ChangeSyntax] | None = entry(
        "changes", ListOf(ShapeOf(ChangeSyntax, "a change"), "a list of changes")
    )


@dataclass(frozen=True, slots=True)
class ExperimentSyntax(Shape):
    """A file `experiments/….yaml`."""

    key: Written[str] | None = entry("experiment", KEY, required=True)
    name: Written[str] | None = entry("name", Text())
    hypothesis: Written[str] | None = entry("hypothesis", Text())
    status: Written[Status] | None = entry("status", Choice(Status))
    pages: PagesSyntax | None = entry("pages", ShapeOf(PagesSyntax, '"pages" of an experiment'))
    traffic: Written[Fraction] | None = entry("traffic", Percent())
    goals: JudgedBySyntax | None = entry("goals", ShapeOf(JudgedBySyntax, '"goals" of an experiment'), required=True)
    variations: Listed[VariationSyntax] | None = entry(
        "variations", ListOf(ShapeOf(VariationSyntax, "a variation"), "a list of variations"), required=True
    )
    LATER: ClassVar[tuple[Later, ...]] = (
        Later("audience"),
        Later("layer"),
        Later("schedule"),
        Later("analysis", ({"method": "bayesian"},)),
        Later("allocation", ("fixed",)),
    )


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole definition; `site` is None where `site.yaml` could not be read."""

    site: SiteSyntax | None
    experiments: tuple[ExperimentSyntax, ...]

    @property
    def goals(self) -> tuple[GoalSyntax, ...]:
        """Every goal that could be read."""
        return self.site.goals.values if self.site and self.site.goals else ()

    @property
    def variations(self) -> tuple[VariationSyntax, ...]:
        """Every variation that could be read, of every experiment."""
        return tuple(v for x in self.experiments if x.variations for v in x.variations.values)

    @property
    def changes(self) -> tuple[ChangeSyntax, ...]:
        """Every change that could be read, of every variation."""
        return tuple(c for v in self.variations if v.changes for c in v.changes.values)


SITE = ShapeOf(SiteSyntax, "a site")
EXPERIMENT = ShapeOf(ExperimentSyntax, "an experiment")
