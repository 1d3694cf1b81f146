"""The last pass: a plan and its code to bytes, the same for the same input wherever they are made.

Canonical JSON (sorted keys, no spaces, UTF-8); the formats are those of `docs/formats.md`.
May not know where the bytes go.
"""

from __future__ import annotations

import json

from config_compiler.javascript import ascii_code
from config_compiler.link import Linked
from config_compiler.lower import RelayRules
from domain.artifact import Artifact, ArtifactSet, Digest, digest_of
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

_JSON = "application/json"
_JAVASCRIPT = "text/javascript; charset=utf-8"


def emit(linked: Linked) -> ArtifactSet:
    """Write the three artifacts."""
    plan = plan_json(linked.plan)
    config = canonical(plan)
    artifacts = (
        Artifact("config.json", config, _JSON),
        Artifact("lb.js", _script(linked, plan, digest_of(config)), _JAVASCRIPT),
        Artifact("relay.json", canonical(_rules(linked.rules)), _JSON),
    )
    return ArtifactSet(linked.plan.site, artifacts)


def costs(linked: Linked) -> tuple[tuple[str, int], ...]:
    """What each part of `lb.js` costs, in bytes: modules in their order, then scripts and the plan."""
    parts = [(module.name, module.code) for module in linked.modules]
    if linked.scripts:
        parts.append(("scripts", "".join(map(_function, linked.scripts))))
    parts.append(("plan", _carried(plan_json(linked.plan))))
    return tuple((name, len(code.encode())) for name, code in parts)


def canonical(value: Json) -> bytes:
    """JSON with sorted keys and neither spaces nor needless escapes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _script(linked: Linked, plan: Json, digest: Digest) -> bytes:
    """The modules around one shared object that holds the plan, after the functions that ops run by number.

    The plan is ASCII, whatever character set a page claims, and holds no `<`, so that it can stand inside a page.
    """
    code = [module.code.strip().rstrip(";") for module in linked.modules]
    if linked.scripts:
        code.insert(0, f"L.s=[{','.join(map(_function, linked.scripts))}]")
    return f'(L=>{{{";".join(code)}}})({{p:{_carried(plan)},d:"{digest}"}})\n'.encode()


def _carried(plan: Json) -> str:
    return json.dumps(plan, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")


def _function(code: str) -> str:
    return f"function(){{{ascii_code(code)}\n}}"


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
        "goals": [_goal(goal) for goal in plan.goals],
        "experiments": [_experiment(x) for x in plan.experiments],
    }
    if plan.holdout:
        said["holdout"] = plan.holdout
    if plan.zones:
        said["zones"] = dict(plan.zones)
    return said


def _test(test: PageTest) -> Json:
    return [test.kind, test.value, dict(test.query)] if test.query else [test.kind, test.value]


def _goal(goal: PlannedGoal) -> Json:
    what = _test(goal.what) if isinstance(goal.what, PageTest) else goal.what
    worth: list[Json] = [goal.property, goal.digits] if goal.property else []
    return [goal.key, goal.trigger, what, *worth]


def _experiment(x: PlannedExperiment) -> Json:
    said: dict[str, Json] = {
        "run": x.run,
        "in": [_test(test) for test in x.include],
        "out": [_test(test) for test in x.exclude],
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
    usual: list[Json] = [arm.key, arm.weight, arm.css, list(arm.guards), [_op(op) for op in arm.ops]]
    return [*usual, arm.redirect] if arm.redirect else usual


def _op(op: Op) -> Json:
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


def _rules(rules: RelayRules) -> Json:
    return {
        "v": VERSION,
        "site": rules.site,
        "timezone": rules.timezone,
        "domains": list(rules.domains),
        "experiments": {run: list(variations) for run, variations in rules.experiments},
        "goals": {key: {"cap": cap} for key, cap in rules.caps},
    }
