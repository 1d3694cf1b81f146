"""How the comparison with the control came to be: the same numbers, day after day, each up to and including that day.

May not know how it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.experiment import Experiment
from domain.names import GoalKey, VariationKey
from domain.report import Days, ExperimentCounts
from web.analysis.estimate import Estimate
from web.analysis.result import METHODS, Measure, relative_of
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
    control, *others = (v.key for v in experiment.variations)
    points: dict[VariationKey, list[Point]] = {key: [] for key in others}
    for day, totals in running_totals(counts, days):
        for key in others:
            relative = relative_of(METHODS[measure], totals.counted(control, goal), totals.counted(key, goal))
            if isinstance(relative, Estimate):
                points[key].append(Point(day, relative))
    return tuple(Course(key, tuple(found)) for key, found in points.items())
