"""What was written: the grammar of a definition, each value with its place.

None stands for what is not written, and for what could not be read and is already reported.
May not know what any of it means.
"""

# ruff: noqa: RUF009 (`entry` makes dataclass fields, as `field` does)

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from config_compiler.choices import Engagement, SinglePage
from config_compiler.condition_syntax import Audience, Condition, ConditionSyntax
from config_compiler.kinds import Choice, Flag, Listed, ListOf, Number, Pair, Pairs, Percent, Text, Whole, Written
from config_compiler.page_syntax import Page, PageSyntax
from config_compiler.shapes import Shape, ShapeOf, entry
from config_compiler.tests_syntax import DefinitionTestSyntax, TestsSyntax
from domain.experiment import Allocation, Method, Status
from domain.experiment import Kind as ExperimentKind
from domain.names import LAST_PHASE
from domain.site import Consent, Signal


class Scripts(Enum):
    """Whether changes may run JavaScript."""

    FORBIDDEN = "forbidden"
    ALLOWED = "allowed"


KEY = Text("a key")
GOAL_KEY = Text("the key of a goal")
SELECTOR = Text("a CSS selector", hash=True)
HTML = Text("HTML")
PAGE = Page()
CLASSES = ListOf(Text("a class"), "a class", single=True, empty=False)


@dataclass(frozen=True, slots=True)
class TriggerSyntax(Shape):
    """`on:` of a goal."""

    click: Written[str] | None = entry("click", SELECTOR)
    submit: Written[str] | None = entry("submit", SELECTOR)
    visit: PageSyntax | None = entry("visit", PAGE)
    event: Written[str] | None = entry("event", Text("the name of an event"))


@dataclass(frozen=True, slots=True)
class GoalSyntax(Shape):
    """One of `goals:` in `site.yaml`."""

    key: Written[str] | None = entry("key", KEY, required=True)
    on: TriggerSyntax | None = entry("on", ShapeOf(TriggerSyntax, '"on" of a goal'), required=True)
    value: Written[str] | None = entry("value", Text("the name of an event's property"))
    currency: Written[str] | None = entry("currency", Text("a currency such as EUR"))
    cap: Written[Decimal] | None = entry("cap", Number("an amount"))


@dataclass(frozen=True, slots=True)
class AudienceSyntax(Shape):
    """One of `audiences:` in `site.yaml`."""

    key: Written[str] | None = entry("key", KEY, required=True)
    when: Written[ConditionSyntax] | None = entry("when", Condition(), required=True)


@dataclass(frozen=True, slots=True)
class LayerSyntax(Shape):
    """One of `layers:` in `site.yaml`."""

    key: Written[str] | None = entry("key", KEY, required=True)


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
    single_page: Written[SinglePage] | None = entry("single-page", Choice(SinglePage))
    engagement: Written[Engagement] | None = entry("engagement", Choice(Engagement))
    scripts: Written[Scripts] | None = entry("scripts", Choice(Scripts))
    holdout: Written[Fraction] | None = entry("holdout", Percent())
    audiences: Listed[AudienceSyntax] | None = entry(
        "audiences", ListOf(ShapeOf(AudienceSyntax, "an audience"), "a list of audiences")
    )
    layers: Listed[LayerSyntax] | None = entry("layers", ListOf(ShapeOf(LayerSyntax, "a layer"), "a list of layers"))


@dataclass(frozen=True, slots=True)
class PagesSyntax(Shape):
    """`pages:` of an experiment."""

    include: Listed[PageSyntax] | None = entry("include", ListOf(PAGE, "a list of pages", single=True, empty=False))
    exclude: Listed[PageSyntax] | None = entry("exclude", ListOf(PAGE, "a list of pages", single=True))


@dataclass(frozen=True, slots=True)
class JudgedBySyntax(Shape):
    """`goals:` of an experiment."""

    primary: Written[str] | None = entry("primary", GOAL_KEY, required=True)
    secondary: Listed[Written[str]] | None = entry("secondary", ListOf(GOAL_KEY, "a list of goals", single=True))
    guardrails: Listed[Written[str]] | None = entry("guardrails", ListOf(GOAL_KEY, "a list of goals", single=True))


@dataclass(frozen=True, slots=True)
class MoveSyntax(Shape):
    """`move:` of a change: the place, and the selector of what it is a place beside or in."""

    before: Written[str] | None = entry("before", SELECTOR)
    prepend: Written[str] | None = entry("prepend", SELECTOR)
    append: Written[str] | None = entry("append", SELECTOR)
    after: Written[str] | None = entry("after", SELECTOR)


@dataclass(frozen=True, slots=True)
class ChangeSyntax(Shape):
    """One of `changes:` of a variation: of elements, or of the page as a whole (css, redirect, script)."""

    select: Written[str] | None = entry("select", SELECTOR, required=True, instead=("css", "redirect", "script"))
    text: Written[str] | None = entry("text", Text())
    html: Written[str] | None = entry("html", HTML)
    style: Listed[Pair] | None = entry("style", Pairs("a mapping of CSS properties to values"))
    attributes: Listed[Pair] | None = entry("attributes", Pairs("a mapping of attributes to values", nothing=True))
    add_class: Listed[Written[str]] | None = entry("add-class", CLASSES)
    remove_class: Listed[Written[str]] | None = entry("remove-class", CLASSES)
    before: Written[str] | None = entry("before", HTML)
    prepend: Written[str] | None = entry("prepend", HTML)
    append: Written[str] | None = entry("append", HTML)
    after: Written[str] | None = entry("after", HTML)
    move: MoveSyntax | None = entry("move", ShapeOf(MoveSyntax, '"move" of a change'))
    remove: Written[bool] | None = entry("remove", Flag())
    hide: Written[bool] | None = entry("hide", Flag())
    css: Written[str] | None = entry("css", Text("a style sheet"))
    redirect: Written[str] | None = entry("redirect", Text("a page such as /landing-b"))
    script: Written[str] | None = entry("script", Text("JavaScript"))

    @property
    def html_texts(self) -> tuple[Written[str], ...]:
        """Every piece of HTML, in the order in which a page would show them."""
        return tuple(w for w in (self.before, self.prepend, self.html, self.append, self.after) if w)

    @property
    def whole_page(self) -> tuple[Written[str], ...]:
        """What it does to the page as a whole."""
        return tuple(w for w in (self.css, self.redirect, self.script) if w)


@dataclass(frozen=True, slots=True)
class VariationSyntax(Shape):
    """One of `variations:` of an experiment or a section."""

    key: Written[str] | None = entry("key", KEY, required=True)
    weight: Written[Fraction] | None = entry("weight", Percent(), required=True)
    changes: Listed[ChangeSyntax] | None = entry(
        "changes", ListOf(ShapeOf(ChangeSyntax, "a change"), "a list of changes")
    )


VARIATIONS = ListOf(ShapeOf(VariationSyntax, "a variation"), "a list of variations")


@dataclass(frozen=True, slots=True)
class SectionSyntax(Shape):
    """One of `sections:` of a multivariate experiment."""

    key: Written[str] | None = entry("key", KEY, required=True)
    variations: Listed[VariationSyntax] | None = entry("variations", VARIATIONS, required=True)


@dataclass(frozen=True, slots=True)
class LayerShareSyntax(Shape):
    """`layer:` of an experiment."""

    key: Written[str] | None = entry("key", Text("the key of a layer"), required=True)
    share: Written[Fraction] | None = entry("share", Percent(), required=True)


@dataclass(frozen=True, slots=True)
class ScheduleSyntax(Shape):
    """`schedule:` of an experiment."""

    start: Written[str] | None = entry("start", Text("a time such as 2026-12-01T09:00"))
    end: Written[str] | None = entry("end", Text("a time such as 2026-12-31T18:00"))


@dataclass(frozen=True, slots=True)
class AnalysisSyntax(Shape):
    """`analysis:` of an experiment."""

    method: Written[Method] | None = entry("method", Choice(Method))
    alpha: Written[Fraction] | None = entry("alpha", Percent())
    prior: Written[Fraction] | None = entry("prior", Percent())
    cuped: Written[bool] | None = entry("cuped", Flag())


@dataclass(frozen=True, slots=True)
class ExperimentSyntax(Shape):
    """A file `experiments/….yaml`."""

    key: Written[str] | None = entry("experiment", KEY, required=True)
    name: Written[str] | None = entry("name", Text())
    hypothesis: Written[str] | None = entry("hypothesis", Text())
    kind: Written[ExperimentKind] | None = entry("type", Choice(ExperimentKind))
    status: Written[Status] | None = entry("status", Choice(Status))
    phase: Written[int] | None = entry("phase", Whole(1, LAST_PHASE))
    pages: PagesSyntax | None = entry("pages", ShapeOf(PagesSyntax, '"pages" of an experiment'))
    audience: Written[str | ConditionSyntax] | None = entry("audience", Audience())
    traffic: Written[Fraction] | None = entry("traffic", Percent())
    layer: LayerShareSyntax | None = entry("layer", ShapeOf(LayerShareSyntax, '"layer" of an experiment'))
    schedule: ScheduleSyntax | None = entry("schedule", ShapeOf(ScheduleSyntax, '"schedule" of an experiment'))
    goals: JudgedBySyntax | None = entry("goals", ShapeOf(JudgedBySyntax, '"goals" of an experiment'), required=True)
    analysis: AnalysisSyntax | None = entry("analysis", ShapeOf(AnalysisSyntax, '"analysis" of an experiment'))
    allocation: Written[Allocation] | None = entry("allocation", Choice(Allocation))
    variations: Listed[VariationSyntax] | None = entry("variations", VARIATIONS, required=True, instead=("sections",))
    sections: Listed[SectionSyntax] | None = entry(
        "sections", ListOf(ShapeOf(SectionSyntax, "a section"), "a list of sections")
    )

    @property
    def variation_lists(self) -> tuple[Listed[VariationSyntax], ...]:
        """The variations, or those of each section."""
        of_sections = self.sections.values if self.sections else ()
        listed = (self.variations, *(section.variations for section in of_sections))
        return tuple(each for each in listed if each)


def in_place(audience: Written[str | ConditionSyntax] | None) -> Written[ConditionSyntax] | None:
    """The condition of an experiment that does not name an audience by its key."""
    if audience is None or isinstance(audience.value, str):
        return None
    return Written(audience.value, audience.span)


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole definition; `site` is None where `site.yaml` could not be read."""

    site: SiteSyntax | None
    experiments: tuple[ExperimentSyntax, ...]
    tests: tuple[TestsSyntax, ...] = ()

    @property
    def goals(self) -> tuple[GoalSyntax, ...]:
        """Every goal that could be read."""
        return self.site.goals.values if self.site and self.site.goals else ()

    @property
    def audiences(self) -> tuple[AudienceSyntax, ...]:
        """Every audience that could be read."""
        return self.site.audiences.values if self.site and self.site.audiences else ()

    @property
    def definition_tests(self) -> tuple[DefinitionTestSyntax, ...]:
        """Every test that could be read."""
        return tuple(test for file in self.tests if file.tests for test in file.tests.values)

    @property
    def layers(self) -> tuple[LayerSyntax, ...]:
        """Every layer that could be read."""
        return self.site.layers.values if self.site and self.site.layers else ()

    @property
    def conditions(self) -> tuple[Written[ConditionSyntax], ...]:
        """Every condition that could be read, of audiences and of experiments."""
        named = (audience.when for audience in self.audiences)
        placed = (in_place(experiment.audience) for experiment in self.experiments)
        return tuple(each for each in (*named, *placed) if each)

    @property
    def variations(self) -> tuple[VariationSyntax, ...]:
        """Every variation that could be read, of every experiment."""
        return tuple(v for x in self.experiments for listed in x.variation_lists for v in listed.values)

    @property
    def changes(self) -> tuple[ChangeSyntax, ...]:
        """Every change that could be read, of every variation."""
        return tuple(c for v in self.variations if v.changes for c in v.changes.values)


SITE = ShapeOf(SiteSyntax, "a site")
EXPERIMENT = ShapeOf(ExperimentSyntax, "an experiment")
