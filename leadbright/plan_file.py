"""A published `config.json` read back into a plan, as a browser would; `docs/formats.md` describes it.

May not know how plans are compiled.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from domain.condition import EVERYBODY
from domain.names import GoalKey, LayerKey, RunName, SiteKey, VariationKey
from domain.plan import Arm, LayerRange, Op, PageTest, Plan, PlannedExperiment, PlannedGoal
from domain.site import Consent, Signal
from leadbright.condition_file import read_condition

_CONSENT = {0: Consent.NONE, 1: Consent.REQUIRED}

_Kind = Literal["=", "^", "~", "@"]
_Test = tuple[_Kind, str] | tuple[_Kind, str, dict[str, str]]
_Items = list[str | int | list[str | dict[str, str]] | None]


class _Experiment(Struct, rename={"include": "in", "exclude": "out", "start": "from", "end": "until"}):
    run: str
    include: list[list[Any]]
    exclude: list[list[Any]]
    traffic: int
    goals: list[str]
    arms: list[list[Any]]
    who: list[Any] | None = None
    start: int | None = None
    end: int | None = None
    layer: tuple[str, int, int] | None = None


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
    holdout: int = 0
    engagement: Literal[0, 1] = 0
    zones: dict[str, str] = {}
    spa: Literal[0, 1] = 0


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
        holdout=found.holdout,
        engagement=bool(found.engagement),
        zones=tuple(sorted(found.zones.items())),
        single_page=bool(found.spa),
    )


def _goal(items: _Items) -> PlannedGoal:
    match items:
        case [str(key), ("click" | "submit") as trigger, str(selector)]:
            return PlannedGoal(GoalKey(key), trigger, selector)
        case [str(key), "visit", list(test)]:
            return PlannedGoal(GoalKey(key), "visit", _test(test))
        case [str(key), "event", str(name)]:
            return PlannedGoal(GoalKey(key), "event", name)
        case [str(key), "event", str(name), str(prop), int(digits)]:
            return PlannedGoal(GoalKey(key), "event", name, prop, digits)
    raise ValueError(f"a goal of an unknown form: {items}")


def _test(items: list[Any]) -> PageTest:
    match items:
        case [("=" | "^" | "~" | "@") as kind, str(value)]:
            return PageTest(kind, value)
        case [("=" | "^" | "~" | "@") as kind, str(value), dict(query)]:
            return PageTest(kind, value, tuple(sorted(query.items())))
    raise ValueError(f"a page test of an unknown form: {items}")


def _experiment(found: _Experiment) -> PlannedExperiment:
    return PlannedExperiment(
        run=RunName(found.run),
        include=tuple(map(_test, found.include)),
        exclude=tuple(map(_test, found.exclude)),
        traffic=found.traffic,
        goals=tuple(GoalKey(goal) for goal in found.goals),
        arms=tuple(map(_arm, found.arms)),
        who=EVERYBODY if found.who is None else read_condition(found.who),
        start=found.start,
        end=found.end,
        layer=found.layer and LayerRange(LayerKey(found.layer[0]), *found.layer[1:]),
    )


def _arm(items: list[Any]) -> Arm:
    match items:
        case [str(key), int(weight), str(css), list(guards), list(ops), *more]:
            redirect = more[0] if more else ""
            return Arm(VariationKey(key), weight, css, tuple(guards), tuple(map(_op, ops)), redirect)
    raise ValueError(f"an arm of an unknown form: {items}")


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
        case [("insert" | "move") as kind, str(selector), str(place), str(value)]:
            return Op(kind, selector, place, value)
        case ["script", int(number)]:
            return Op("script", "", number=number)
    raise ValueError(f"an op of an unknown form: {items}")
