"""How the comparison with the control came to be: the same numbers, day after day, each up to and including that day.

May not know how it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.experiment import Experiment
from domain.names import GoalKey, VariationKey
from domain.report import Days, ExperimentCounts
from web.analysis.estimate import Estimate
from web.analysis.result import Comparison, Measure, compare
from web.analysis.totals import running_totals


@dataclass(frozen=True, slots=True)
class Point:
    """A variation's relative difference to the control, from the first day of the range up to `day`."""

    day: int
    relative: Estimate


@dataclass(frozen=True, slots=True)
class Course:
    """One variation's points; days on which the number is refused are left out."""

    variation: VariationKey
    points: tuple[Point, ...]


def history(
    experiment: Experiment, goal: GoalKey, measure: Measure, counts: ExperimentCounts, days: Days
) -> tuple[Course, ...]:
    """The course of every variation but the control."""
    by_day = [
        (day, compare(experiment, goal, measure, totals).arms[1:]) for day, totals in running_totals(counts, days)
    ]

    def points(index: int) -> Iterator[Point]:
        for day, arms in by_day:
            comparison = arms[index].comparison
            if isinstance(comparison, Comparison) and isinstance(comparison.relative, Estimate):
                yield Point(day, comparison.relative)

    return tuple(Course(v.key, tuple(points(i))) for i, v in enumerate(experiment.variations[1:]))
