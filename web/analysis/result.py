"""What may be said about an experiment: every goal in every variation, against the control, and one verdict.

The first variation written is the control. May not know where counts came from or how a result is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from enum import Enum

from domain.experiment import Experiment
from domain.names import ExperimentKey, GoalKey, VariationKey
from domain.report import ExperimentCounts
from domain.tally import Sums
from web.analysis import amount, rate
from web.analysis.estimate import Estimate, Refusal, difference, relative_difference
from web.analysis.split import Split, check_split
from web.analysis.totals import Totals, total
from web.analysis.verdict import Standing, Verdict, judge


class Role(Enum):
    """What a goal is to an experiment."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    GUARDRAIL = "guardrail"


class Measure(Enum):
    """What is compared: the share of visitors who reached the goal, or what a visitor is worth, in minor units."""

    RATE = "rate"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variation against the control."""

    difference: Estimate
    relative: Estimate | Refusal
    chance_to_win: float
    """The probability that the variation's true value is above the control's."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One variation's counts for one goal, and what they say; `comparison` is None for the control."""

    variation: VariationKey
    exposed: int
    sums: Sums
    estimate: Estimate | Refusal
    comparison: Comparison | Refusal | None


@dataclass(frozen=True, slots=True)
class GoalResult:
    """One goal in every variation, in the order written; the control is the first."""

    goal: GoalKey
    role: Role
    measure: Measure
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that may be said. A goal with a value is in `goals` twice: its rate, then its amount."""

    experiment: ExperimentKey
    exposed: tuple[tuple[VariationKey, int], ...]
    split: Split | Refusal
    goals: tuple[GoalResult, ...]
    verdict: Verdict

    @property
    def primary(self) -> GoalResult:
        """What the experiment is judged by: the primary goal's amount where it has one, its rate otherwise."""
        return primary_of(self.goals)


def primary_of(goals: tuple[GoalResult, ...]) -> GoalResult:
    """The last of the primary goal's measures."""
    return [g for g in goals if g.role is Role.PRIMARY][-1]


def analyse(experiment: Experiment, valued: Set[GoalKey], counts: ExperimentCounts) -> Result:
    """Judge an experiment by its counts; `valued` are the goals whose conversions are worth an amount."""
    totals = total(counts)
    exposed = tuple((v.key, totals.exposed_to(v.key)) for v in experiment.variations)
    split = check_split([n for _, n in exposed], [v.weight for v in experiment.variations])
    goals = tuple(
        compare(experiment, goal, measure, totals)
        for goal in experiment.goals
        for measure in (Measure.RATE, *([Measure.AMOUNT] if goal in valued else []))
    )
    primary = primary_of(goals)
    return Result(experiment.key, exposed, split, goals, judge(split, [_standing(arm) for arm in primary.arms]))


def compare(experiment: Experiment, goal: GoalKey, measure: Measure, totals: Totals) -> GoalResult:
    """One goal in every variation, each against the first."""
    found = [(v.key, totals.exposed_to(v.key), totals.of(v.key, goal)) for v in experiment.variations]
    control = found[0][1:]
    arms = [
        Arm(key, n, sums, _ESTIMATE[measure](n, sums), None if i == 0 else _against(measure, *control, n, sums))
        for i, (key, n, sums) in enumerate(found)
    ]
    return GoalResult(goal, role_of(experiment, goal), measure, tuple(arms))


def role_of(experiment: Experiment, goal: GoalKey) -> Role:
    """What the goal is to the experiment."""
    if goal == experiment.primary:
        return Role.PRIMARY
    return Role.SECONDARY if goal in experiment.secondary else Role.GUARDRAIL


def _estimate_rate(n: int, sums: Sums) -> Estimate | Refusal:
    if n == 0:
        return Refusal.NOBODY
    if sums.n > n:
        return Refusal.EXPOSED_EARLIER
    return rate.rate(rate.Share(sums.n, n))


def _estimate_amount(n: int, sums: Sums) -> Estimate | Refusal:
    if refusal := _refuse_amount(n, sums):
        return refusal
    return amount.mean(amount.Amounts(n, sums.total, sums.squares))


def _refuse_amount(n: int, sums: Sums) -> Refusal | None:
    if n == 0:
        return Refusal.NOBODY
    if sums.n > n:
        return Refusal.EXPOSED_EARLIER
    if n == 1:
        return Refusal.ONE_VISITOR
    # Sums of a range that begins late hold differences without their beginning, which need not be any table's sums.
    return Refusal.EXPOSED_EARLIER if n * sums.squares < sums.total**2 else None


_ESTIMATE: dict[Measure, Callable[[int, Sums], Estimate | Refusal]] = {
    Measure.RATE: _estimate_rate,
    Measure.AMOUNT: _estimate_amount,
}


def _against(measure: Measure, control_n: int, control: Sums, n: int, sums: Sums) -> Comparison | Refusal:
    pair = _ESTIMATE[measure](control_n, control), _ESTIMATE[measure](n, sums)
    for side in pair:
        if isinstance(side, Refusal):
            return side
    if measure is Measure.RATE:
        return _compare_rates(rate.Share(control.n, control_n), rate.Share(sums.n, n))
    return _compare_amounts(
        amount.Amounts(control_n, control.total, control.squares), amount.Amounts(n, sums.total, sums.squares)
    )


def _compare_rates(control: rate.Share, arm: rate.Share) -> Comparison:
    pair = rate.rate(control), rate.rate(arm)
    return Comparison(difference(*pair), relative_difference(*pair), rate.chance_above(control, arm))


def _compare_amounts(control: amount.Amounts, arm: amount.Amounts) -> Comparison | Refusal:
    if control.variance_of_mean + arm.variance_of_mean == 0:
        return Refusal.NO_SPREAD
    pair = amount.welch_pair(control, arm)
    return Comparison(difference(*pair), relative_difference(*pair), amount.chance_above(control, arm))


def _standing(arm: Arm) -> Standing:
    compared = arm.comparison.difference if isinstance(arm.comparison, Comparison) else None
    return Standing(arm.variation, arm.exposed, arm.sums.n, compared)
