"""What may be said about an experiment: every goal in every variation, against the control, and one verdict.

The first variation written is the control. May not know where counts came from or how a result is shown.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import Enum
from typing import Any

from domain.experiment import Experiment
from domain.names import ExperimentKey, GoalKey, VariationKey
from domain.report import ExperimentCounts
from domain.tally import Sums
from web.analysis.estimate import Estimate, Refusal, difference, relative_difference
from web.analysis.method import AMOUNTS, RATES, Method, S
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


METHODS: dict[Measure, Method[Any]] = {Measure.RATE: RATES, Measure.AMOUNT: AMOUNTS}


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
    phase: int
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
    verdict = judge(split, [_standing(arm) for arm in primary.arms])
    return Result(experiment.key, experiment.phase, exposed, split, goals, verdict)


def compare(experiment: Experiment, goal: GoalKey, measure: Measure, totals: Totals) -> GoalResult:
    """One goal in every variation, each against the first."""
    method = METHODS[measure]
    samples = [method.sample(*totals.counted(v.key, goal)) for v in experiment.variations]
    arms = tuple(
        Arm(
            variation=variation.key,
            exposed=totals.exposed_to(variation.key),
            sums=totals.of(variation.key, goal),
            estimate=sample if isinstance(sample, Refusal) else method.estimate(sample),
            comparison=None if index == 0 else _against(method, samples[0], sample),
        )
        for index, (variation, sample) in enumerate(zip(experiment.variations, samples, strict=True))
    )
    return GoalResult(goal, role_of(experiment, goal), measure, arms)


def role_of(experiment: Experiment, goal: GoalKey) -> Role:
    """What the goal is to the experiment."""
    if goal == experiment.primary:
        return Role.PRIMARY
    return Role.SECONDARY if goal in experiment.secondary else Role.GUARDRAIL


def relative_of(method: Method[S], control: tuple[int, Sums], arm: tuple[int, Sums]) -> Estimate | Refusal:
    """The relative difference alone, of visitors exposed and what they did."""
    both = _both(method.sample(*control), method.sample(*arm))
    pair = both if isinstance(both, Refusal) else method.pair(*both)
    return pair if isinstance(pair, Refusal) else relative_difference(*pair)


def _against(method: Method[S], control: S | Refusal, arm: S | Refusal) -> Comparison | Refusal:
    both = _both(control, arm)
    if isinstance(both, Refusal):
        return both
    pair = method.pair(*both)
    if isinstance(pair, Refusal):
        return pair
    return Comparison(difference(*pair), relative_difference(*pair), method.chance_above(*both))


def _both(control: S | Refusal, arm: S | Refusal) -> tuple[S, S] | Refusal:
    if isinstance(control, Refusal):
        return control
    return arm if isinstance(arm, Refusal) else (control, arm)


def _standing(arm: Arm) -> Standing:
    compared = arm.comparison.difference if isinstance(arm.comparison, Comparison) else None
    return Standing(arm.variation, arm.exposed, arm.sums.n, compared)
