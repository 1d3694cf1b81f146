"""A plan as `config.json` spells it: what JSON can hold, in the shapes of `docs/formats.md`.

May not know which bytes that is.
"""

from __future__ import annotations

from domain.condition import (
    EVERYBODY,
    All,
    AnyOf,
    Between,
    Condition,
    Contains,
    Exists,
    Matches,
    Not,
    OneOf,
    Operator,
    Test,
)
from domain.plan import Arm, Op, PageTest, Plan, PlannedExperiment, PlannedGoal
from domain.site import Consent

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

VERSION = 1


def plan_json(plan: Plan) -> Json:
    """The plan as `config.json` spells it."""
    said: dict[str, Json] = {
        "v": VERSION,
        "site": plan.site,
        "relay": plan.relay,
        "tz": plan.timezone,
        "consent": int(plan.consent is Consent.REQUIRED),
        "honour": [signal.value for signal in plan.honour],
        "domains": list(plan.cookie_domains),
        "goals": [goal_json(goal) for goal in plan.goals],
        "experiments": [_experiment(x) for x in plan.experiments],
    }
    if plan.holdout:
        said["holdout"] = plan.holdout
    if plan.engagement:
        said["engagement"] = 1
    if plan.zones:
        said["zones"] = dict(plan.zones)
    if plan.single_page:
        said["spa"] = 1
    return said


def test_json(test: PageTest) -> Json:
    """A page test as plans spell it."""
    return [test.kind, test.value, dict(test.query)] if test.query else [test.kind, test.value]


def goal_json(goal: PlannedGoal) -> Json:
    """A goal as plans spell it."""
    what = test_json(goal.what) if isinstance(goal.what, PageTest) else goal.what
    worth: list[Json] = [goal.property, goal.digits] if goal.property else []
    return [goal.key, goal.trigger, what, *worth]


def _experiment(x: PlannedExperiment) -> Json:
    said: dict[str, Json] = {
        "run": x.run,
        "in": [test_json(test) for test in x.include],
        "out": [test_json(test) for test in x.exclude],
        "traffic": x.traffic,
        "goals": list(x.goals),
        "arms": [_arm(arm) for arm in x.arms],
    }
    if x.who != EVERYBODY:
        said["who"] = condition_json(x.who)
    bounds: dict[str, Json] = {"from": x.start, "until": x.end}
    said |= {name: minute for name, minute in bounds.items() if minute is not None}
    if x.layer:
        said["layer"] = [x.layer.layer, x.layer.start, x.layer.end]
    return said


def _arm(arm: Arm) -> Json:
    usual: list[Json] = [arm.key, arm.weight, arm.css, list(arm.guards), [op_json(op) for op in arm.ops]]
    return [*usual, arm.redirect] if arm.redirect else usual


def op_json(op: Op) -> Json:
    """An op as plans spell it."""
    match op.kind:
        case "text" | "html":
            return [op.kind, op.selector, op.value]
        case "attribute":
            return [op.kind, op.selector, op.name, op.value]
        case "add" | "drop":
            return [op.kind, op.selector, op.name]
        case "remove":
            return [op.kind, op.selector]
        case "insert" | "move":
            return [op.kind, op.selector, op.name, op.value]
        case "script":
            return [op.kind, op.number]


def condition_json(condition: Condition) -> Json:
    """A condition as a plan spells it."""
    match condition:
        case All(parts):
            return ["all", *map(condition_json, parts)]
        case AnyOf(parts):
            return ["any", *map(condition_json, parts)]
        case Not(part):
            return ["not", condition_json(part)]
        case Test(subject, operator):
            asked = f"{subject.field.value}.{subject.name}" if subject.name else subject.field.value
            word, *rest = _asked(operator)
            return [word, asked, *rest]


def _asked(operator: Operator) -> list[Json]:
    match operator:
        case OneOf(values):
            return ["is", *values]
        case Between(low, high):
            return ["num", low, high]
        case Contains(text):
            return ["has", text]
        case Matches(regex):
            return ["re", regex]
        case Exists():
            return ["set"]
