"""The third pass: a site to what browsers and relays need of it, in integers, tests, style sheets and ops.

May not know how any of it is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from config_compiler.declarations import declaration
from config_compiler.page_tests import page_test
from config_compiler.selectors import canonical_selector
from domain.experiment import (
    Change,
    Experiment,
    Hide,
    Remove,
    SetAttribute,
    SetClass,
    SetHtml,
    SetStyle,
    SetText,
    Status,
    Variation,
)
from domain.names import ExperimentKey, GoalKey, SiteKey, VariationKey
from domain.plan import Arm, Op, PageTest, Plan, PlannedExperiment, PlannedGoal
from domain.site import Click, Event, Goal, PageVisit, Site, Trigger


@dataclass(frozen=True, slots=True)
class RelayRules:
    """What a relay needs of a site, to tell its beacons from others'."""

    site: SiteKey
    timezone: str
    domains: tuple[str, ...]
    experiments: tuple[tuple[ExperimentKey, tuple[VariationKey, ...]], ...]
    """All but drafts, so that late beacons of a stopped experiment still count."""
    caps: tuple[tuple[GoalKey, int], ...]
    """Every goal with its cap in minor units, 0 for none."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """A site as browsers and as relays need it."""

    plan: Plan
    rules: RelayRules


def lower(site: Site, relay_url: str) -> Lowered:
    """Take what browsers need and what relays need; `relay_url` is where beacons go."""
    return Lowered(_plan(site, relay_url.rstrip("/")), _rules(site))


def _plan(site: Site, relay: str) -> Plan:
    return Plan(
        site=site.key,
        relay=relay,
        timezone=site.timezone,
        consent=site.consent,
        honour=site.honour,
        cookie_domains=_cookie_domains(site.domains),
        goals=tuple(_goal(goal) for goal in site.goals),
        experiments=tuple(_experiment(x) for x in site.experiments if x.status is Status.RUNNING),
    )


def _rules(site: Site) -> RelayRules:
    known = [x for x in site.experiments if x.status is not Status.DRAFT]
    return RelayRules(
        site=site.key,
        timezone=site.timezone,
        domains=site.domains,
        experiments=tuple((x.key, tuple(v.key for v in x.variations)) for x in known),
        caps=tuple((goal.key, (goal.value.cap or 0) if goal.value else 0) for goal in site.goals),
    )


def _cookie_domains(domains: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(d.removeprefix("*.") for d in domains if d.startswith("*.")))


def _goal(goal: Goal) -> PlannedGoal:
    kind, what = _trigger(goal.trigger)
    if goal.value is None:
        return PlannedGoal(goal.key, kind, what)
    return PlannedGoal(goal.key, kind, what, goal.value.property, goal.value.digits)


def _trigger(trigger: Trigger) -> tuple[Literal["click", "visit", "event"], str | PageTest]:
    match trigger:
        case Click(selector):
            return "click", canonical_selector(selector)
        case PageVisit(page):
            return "visit", page_test(page)
        case Event(name):
            return "event", name


def _experiment(x: Experiment) -> PlannedExperiment:
    return PlannedExperiment(
        key=x.key,
        salt=x.key,
        include=tuple(map(page_test, x.pages.include)),
        exclude=tuple(map(page_test, x.pages.exclude)),
        traffic=x.traffic,
        goals=tuple(dict.fromkeys(x.goals)),
        arms=tuple(map(_arm, x.variations)),
    )


def _arm(variation: Variation) -> Arm:
    css = "".join(_css(change) for change in variation.changes)
    ops = tuple(op for change in variation.changes if (op := _op(change)))
    guards = tuple(dict.fromkeys(op.selector for op in ops if op.kind in _GUARDED))
    return Arm(variation.key, variation.weight, css, guards, ops)


_GUARDED = ("text", "html", "remove")
"""Ops whose original would be seen. An attribute or a class set while the page loads is in time without a guard."""


def _css(change: Change) -> str:
    match change:
        case SetStyle(selector, declarations):
            return f"{canonical_selector(selector)}{{{';'.join(declaration(*d) for d in declarations)}}}"
        case Hide(selector):
            return f"{canonical_selector(selector)}{{display:none!important}}"
        case _:
            return ""


def _op(change: Change) -> Op | None:
    selector = canonical_selector(change.selector)
    match change:
        case SetText(_, text):
            return Op("text", selector, value=text)
        case SetHtml(_, html):
            return Op("html", selector, value=html)
        case SetAttribute(_, name, value):
            return Op("attribute", selector, name, value)
        case SetClass(_, name, action):
            return Op("add" if action == "add" else "drop", selector, name)
        case Remove():
            return Op("remove", selector)
        case SetStyle() | Hide():
            return None
