"""A result as plain values that JSON can hold, in the shape that `leadbright report --json` promises.

May not know how it is printed. A number that was refused is null, with the reason beside it.
"""

from __future__ import annotations

from typing import Any

from web.analysis.estimate import Estimate, Refusal
from web.analysis.result import Arm, Comparison, GoalResult, Result
from web.analysis.split import Split

Json = dict[str, Any]


def result_json(result: Result) -> Json:
    """`variations` and `goals` with what was counted, beside the analysis. Amounts are in minor units."""
    return {
        "experiment": result.experiment,
        "phase": result.phase,
        "variations": [{"key": key, "exposed": exposed} for key, exposed in result.exposed],
        "split": _split(result.split),
        "goals": [_goal(goal, result) for goal in dict.fromkeys(g.goal for g in result.goals)],
        "verdict": {
            "conclusion": result.verdict.conclusion.name.lower(),
            "variation": result.verdict.variation,
            "rule": result.verdict.conclusion.value,
        },
    }


def _goal(key: str, result: Result) -> Json:
    measured = [g for g in result.goals if g.goal == key]
    return {
        "key": key,
        "role": measured[0].role.value,
        "arms": [_counted(arm) for arm in measured[0].arms],
        **{g.measure.value: _measured(g) for g in measured},
    }


def _counted(arm: Arm) -> Json:
    return {
        "variation": arm.variation,
        "converted": arm.sums.n,
        "count": arm.sums.conversions,
        "sum": arm.sums.total,
        "sum_of_squares": arm.sums.squares,
    }


def _measured(goal: GoalResult) -> list[Json]:
    return [{"variation": a.variation, **_estimate(a.estimate), **_comparison(a.comparison)} for a in goal.arms]


def _comparison(comparison: Comparison | Refusal | None) -> Json:
    match comparison:
        case None:
            return {}
        case Refusal():
            return {"difference": _estimate(comparison), "relative": _estimate(comparison), "chance_to_win": None}
    return {
        "difference": _estimate(comparison.difference),
        "relative": _estimate(comparison.relative),
        "chance_to_win": comparison.chance_to_win,
    }


def _estimate(estimate: Estimate | Refusal) -> Json:
    if isinstance(estimate, Refusal):
        return {"value": None, "low": None, "high": None, "refused": estimate.value}
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _split(split: Split | Refusal) -> Json:
    if isinstance(split, Refusal):
        return {"p": None, "refused": split.value}
    return {"p": split.p, "expected": list(split.expected), "off": split.is_off}
