"""A plan as `lb.js` carries it: each value written as JavaScript, lists without what says nothing.

`docs/formats.md` says what stands where. May not know what the snippet does with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from config_compiler.javascript import ascii_code
from config_compiler.plan_json import Json, condition_json, goal_json, op_json, test_json
from domain.artifact import Digest
from domain.condition import EVERYBODY
from domain.experiment import WHOLE
from domain.plan import Arm, Plan, PlannedExperiment

_NOTHING = ""
"""A place in a list that is left empty."""


def carried(plan: Plan, digest: Digest, scripts: Sequence[str]) -> dict[str, str]:
    """By name, the values that the snippet asks for.

    They are ASCII, whatever character set a page claims, and hold no `<`, so that they can stand inside a page.
    """
    return {
        "site": script_json(plan.site),
        "record": script_json(f"lb_{plan.site}"),
        "beacons": script_json(f"{plan.relay}/v1/b/{plan.site}?n="),
        "digest": script_json(digest),
        "tz": script_json(plan.timezone),
        "domains": script_json(list(plan.cookie_domains)),
        "goals": script_json([goal_json(goal) for goal in plan.goals]),
        "experiments": _list([_experiment(x) for x in plan.experiments]),
        "holdout": script_json(plan.holdout),
        # Where an arrow has led to it, a brace alone would begin a block.
        "zones": f"({script_json(dict(plan.zones))})",
        "scripts": _list([f"function(){{{ascii_code(code)}\n}}" for code in scripts]),
    }


def script_json(value: Json) -> str:
    """JSON that can stand in a script that can stand in a page."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _experiment(x: PlannedExperiment) -> str:
    tests = ([test_json(test) for test in tests] for tests in (x.include, x.exclude))
    return _list(
        [
            script_json(x.run),
            _list([_arm(arm) for arm in x.arms]),
            script_json(list(x.goals)),
            *(script_json(list(each)) if each else _NOTHING for each in tests),
            _NOTHING if x.traffic == WHOLE else script_json(x.traffic),
            _NOTHING if x.who == EVERYBODY else script_json(condition_json(x.who)),
            *(_NOTHING if minute is None else script_json(minute) for minute in (x.start, x.end)),
            script_json([x.layer.layer, x.layer.start, x.layer.end]) if x.layer else _NOTHING,
        ]
    )


def _arm(arm: Arm) -> str:
    said: list[Json] = [arm.css, list(arm.guards), [op_json(op) for op in arm.ops], arm.redirect]
    return _list([script_json(arm.key), script_json(arm.weight), *(script_json(s) if s else _NOTHING for s in said)])


def _list(items: Sequence[str]) -> str:
    """Empty places at the end are not written; an empty list has none."""
    return f"[{','.join(items).rstrip(',')}]"
