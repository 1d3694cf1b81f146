"""The third pass: a site to what browsers and relays need of it, in integers, tests, style sheets and ops.

May not know how any of it is written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from config_compiler.countries import zones_of
from config_compiler.folding import folded
from config_compiler.layer_ranges import layer_ranges
from config_compiler.lower_arms import arm_of
from config_compiler.page_tests import page_test
from config_compiler.selectors import canonical_selector
from domain.condition import All, AnyOf, Condition, Field, Not, OneOf, Test
from domain.experiment import WHOLE, Experiment, RunScript, Status
from domain.names import GoalKey, RunName, SiteKey, VariationKey
from domain.plan import LayerRange, PageTest, Plan, PlannedExperiment, PlannedGoal
from domain.site import Click, Event, Goal, PageVisit, Site, Submit, Trigger


@dataclass(frozen=True, slots=True)
class RelayRules:
    """What a relay needs of a site, to tell its beacons from others'."""

    site: SiteKey
    timezone: str
    domains: tuple[str, ...]
    experiments: tuple[tuple[RunName, tuple[VariationKey, ...]], ...]
    """By run, all but drafts, so that late beacons of a stopped experiment still count."""
    caps: tuple[tuple[GoalKey, int], ...]
    """Every goal with its cap in minor units, 0 for none."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """A site as browsers and as relays need it."""

    plan: Plan
    rules: RelayRules
    scripts: tuple[str, ...] = ()
    """The code of each script that an op names by its number."""


def lower(site: Site, relay_url: str) -> Lowered:
    """Take what browsers need and what relays need; `relay_url` is where beacons go."""
    scripts = tuple(dict.fromkeys(_scripts(site)))
    numbers = {code: number for number, code in enumerate(scripts)}
    return Lowered(_plan(site, relay_url.rstrip("/"), numbers), _rules(site), scripts)


def _plan(site: Site, relay: str, scripts: Mapping[str, int]) -> Plan:
    ranges = layer_ranges(site.experiments)
    experiments = tuple(_experiment(x, ranges.get(x.key), scripts) for x in _running(site))
    return Plan(
        site=site.key,
        relay=relay,
        timezone=site.timezone,
        consent=site.consent,
        honour=site.honour,
        cookie_domains=_cookie_domains(site.domains),
        goals=tuple(_goal(goal) for goal in site.goals),
        experiments=experiments,
        holdout=site.holdout,
        engagement=site.engagement,
        zones=zones_of(country for x in experiments for country in _countries(x.who)),
        single_page=site.single_page,
    )


def _running(site: Site) -> Iterator[Experiment]:
    return (x for x in site.experiments if x.status is Status.RUNNING)


def _scripts(site: Site) -> Iterator[str]:
    changes = (change for x in _running(site) for v in x.variations for change in v.changes)
    return (change.code for change in changes if isinstance(change, RunScript))


def _countries(condition: Condition) -> Iterable[str]:
    match condition:
        case All(parts) | AnyOf(parts):
            return [country for part in parts for country in _countries(part)]
        case Not(part):
            return _countries(part)
        case Test(subject, OneOf(values)) if subject.field is Field.COUNTRY:
            return values
    return ()


def _rules(site: Site) -> RelayRules:
    known = [x for x in site.experiments if x.status is not Status.DRAFT]
    return RelayRules(
        site=site.key,
        timezone=site.timezone,
        domains=site.domains,
        experiments=tuple((x.run, tuple(v.key for v in x.variations)) for x in known),
        caps=tuple((goal.key, (goal.value.cap or 0) if goal.value else 0) for goal in site.goals),
    )


def _cookie_domains(domains: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(d.removeprefix("*.") for d in domains if d.startswith("*.")))


def _goal(goal: Goal) -> PlannedGoal:
    kind, what = _trigger(goal.trigger)
    if goal.value is None:
        return PlannedGoal(goal.key, kind, what)
    return PlannedGoal(goal.key, kind, what, goal.value.property, goal.value.digits)


def _trigger(trigger: Trigger) -> tuple[Literal["click", "submit", "visit", "event"], str | PageTest]:
    match trigger:
        case Click(selector):
            return "click", canonical_selector(selector)
        case Submit(selector):
            return "submit", canonical_selector(selector)
        case PageVisit(page):
            return "visit", page_test(page)
        case Event(name):
            return "event", name


def _experiment(x: Experiment, layer: LayerRange | None, scripts: Mapping[str, int]) -> PlannedExperiment:
    return PlannedExperiment(
        run=x.run,
        include=tuple(map(page_test, x.pages.include)),
        exclude=tuple(map(page_test, x.pages.exclude)),
        traffic=x.traffic if layer is None else WHOLE,
        goals=tuple(dict.fromkeys(x.goals)),
        arms=tuple(arm_of(variation, scripts) for variation in x.variations),
        who=folded(x.audience),
        start=x.schedule.start,
        end=x.schedule.end,
        layer=layer,
    )
