"""Plans and beacon entries in the form in which the browser knows them, for the vectors that both languages run.

The reverse of what the compiler writes. May not know what is tested with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.beacon import Converted, Entry, Exposed, Happened, SessionStarted, Viewed, Visited
from domain.names import ExperimentKey, GoalKey, SiteKey, VariationKey
from domain.plan import Arm, PageTest, Plan, PlannedExperiment, PlannedGoal
from domain.site import Consent, Signal

Json = Any
"""What a JSON document holds."""


def read_plan(document: Mapping[str, Json]) -> Plan:
    """The plan that a `config.json` without ops describes."""
    return Plan(
        site=SiteKey(document["site"]),
        relay=document["relay"],
        timezone=document["tz"],
        consent=Consent.REQUIRED if document["consent"] else Consent.NONE,
        honour=tuple(Signal(signal) for signal in document["honour"]),
        cookie_domains=tuple(document["domains"]),
        goals=tuple(_goal(*goal) for goal in document["goals"]),
        experiments=tuple(_experiment(x) for x in document["experiments"]),
    )


def _goal(key: str, trigger: Json, what: Json, prop: str = "", digits: int = 0) -> PlannedGoal:
    return PlannedGoal(GoalKey(key), trigger, PageTest(*what) if trigger == "visit" else what, prop, digits)


def _experiment(document: Mapping[str, Json]) -> PlannedExperiment:
    return PlannedExperiment(
        key=ExperimentKey(document["key"]),
        salt=document["salt"],
        include=_tests(document["in"]),
        exclude=_tests(document["out"]),
        traffic=document["traffic"],
        goals=tuple(GoalKey(goal) for goal in document["goals"]),
        arms=tuple(Arm(VariationKey(key), weight, css) for key, weight, css, _, _ in document["arms"]),
    )


def _tests(pairs: Sequence[Sequence[Json]]) -> tuple[PageTest, ...]:
    return tuple(PageTest(kind, value) for kind, value in pairs)


def entry_json(entry: Entry) -> list[Json]:
    """An entry as a beacon carries it."""
    match entry:
        case Visited(gap, bits):
            return ["visit", gap, bits]
        case SessionStarted():
            return ["session"]
        case Viewed(second):
            return ["view", 1] if second else ["view"]
        case Exposed(experiment, variation):
            return ["exp", experiment, variation]
        case Happened(name):
            return ["event", name]
        case Converted(goal, count, total, standings, amount):
            stood = [[s.experiment, s.variation, s.count, s.total] for s in standings]
            return ["goal", goal, count, total, stood, *([amount] if amount else [])]
        case _:
            raise ValueError(f"the reference ledger never reports {entry}")
