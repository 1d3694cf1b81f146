"""A published `config.json` read back into a plan, as a browser would; `docs/formats.md` describes it.

May not know how plans are compiled.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from domain.names import ExperimentKey, GoalKey, SiteKey, VariationKey
from domain.plan import Arm, Op, PageTest, Plan, PlannedExperiment, PlannedGoal
from domain.site import Consent, Signal

_CONSENT = {0: Consent.NONE, 1: Consent.REQUIRED}

_Test = tuple[Literal["=", "^", "~", "@"], str]
_Items = list[str | int | list[str] | None]


class _Experiment(Struct, rename={"include": "in", "exclude": "out"}):
    key: str
    salt: str
    include: list[_Test]
    exclude: list[_Test]
    traffic: int
    goals: list[str]
    arms: list[tuple[str, int, str, list[str], list[_Items]]]


class _Plan(Struct):
    v: Literal[1]
    site: str
    relay: str
    tz: str
    consent: Literal[0, 1]
    honour: list[Signal]
    domains: list[str]
    goals: list[_Items]
    experiments: list[_Experiment]


def read_plan(body: bytes) -> Plan:
    """The plan that these bytes hold. Raises ValueError where they are none."""
    found = msgspec.json.decode(body, type=_Plan)
    return Plan(
        site=SiteKey(found.site),
        relay=found.relay,
        timezone=found.tz,
        consent=_CONSENT[found.consent],
        honour=tuple(found.honour),
        cookie_domains=tuple(found.domains),
        goals=tuple(_goal(items) for items in found.goals),
        experiments=tuple(_experiment(x) for x in found.experiments),
    )


def _goal(items: _Items) -> PlannedGoal:
    match items:
        case [str(key), "click", str(selector)]:
            return PlannedGoal(GoalKey(key), "click", selector)
        case [str(key), "visit", [("=" | "^" | "~" | "@") as kind, str(value)]]:
            return PlannedGoal(GoalKey(key), "visit", PageTest(kind, value))
        case [str(key), "event", str(name)]:
            return PlannedGoal(GoalKey(key), "event", name)
        case [str(key), "event", str(name), str(prop), int(digits)]:
            return PlannedGoal(GoalKey(key), "event", name, prop, digits)
    raise ValueError(f"a goal of an unknown form: {items}")


def _experiment(found: _Experiment) -> PlannedExperiment:
    return PlannedExperiment(
        key=ExperimentKey(found.key),
        salt=found.salt,
        include=tuple(PageTest(*test) for test in found.include),
        exclude=tuple(PageTest(*test) for test in found.exclude),
        traffic=found.traffic,
        goals=tuple(GoalKey(goal) for goal in found.goals),
        arms=tuple(
            Arm(VariationKey(key), weight, css, tuple(guards), tuple(_op(op) for op in ops))
            for key, weight, css, guards, ops in found.arms
        ),
    )


def _op(items: _Items) -> Op:
    match items:
        case [("text" | "html") as kind, str(selector), str(value)]:
            return Op(kind, selector, value=value)
        case ["attribute", str(selector), str(name), (str() | None) as value]:
            return Op("attribute", selector, name, value)
        case [("add" | "drop") as kind, str(selector), str(name)]:
            return Op(kind, selector, name)
        case ["remove", str(selector)]:
            return Op("remove", selector)
    raise ValueError(f"an op of an unknown form: {items}")
