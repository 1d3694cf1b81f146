"""One experiment's counts, day by day, added up per variation.

May not know what is concluded from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.names import GoalKey, VariationKey
from domain.report import Days, ExperimentCounts
from domain.tally import Sums


@dataclass(frozen=True, slots=True)
class Totals:
    """Visitors exposed per variation, and what they did per variation and goal; nothing counted is zero."""

    exposed: dict[VariationKey, int] = field(default_factory=dict)
    sums: dict[tuple[VariationKey, GoalKey], Sums] = field(default_factory=dict)

    def exposed_to(self, variation: VariationKey) -> int:
        """Visitors who first saw the variation."""
        return self.exposed.get(variation, 0)

    def of(self, variation: VariationKey, goal: GoalKey) -> Sums:
        """What they did for the goal."""
        return self.sums.get((variation, goal), Sums())


def days_counted(counts: ExperimentCounts) -> Days | None:
    """From the first day on which somebody was exposed to the last on which anything was counted."""
    exposed = [d.day for d in counts.arm_days if d.exposed]
    if not exposed:
        return None
    return Days(min(exposed), max([*exposed, *(d.day for d in counts.goal_days)]))


def within(counts: ExperimentCounts, days: Days) -> ExperimentCounts:
    """The counts of these days alone."""
    return ExperimentCounts(
        tuple(d for d in counts.arm_days if days.first <= d.day <= days.last),
        tuple(d for d in counts.goal_days if days.first <= d.day <= days.last),
    )


def total(counts: ExperimentCounts) -> Totals:
    """All of the counts in one."""
    totals = Totals()
    _add(totals, counts)
    return totals


def running_totals(counts: ExperimentCounts, days: Days) -> Iterator[tuple[int, Totals]]:
    """For each day of the range, what was counted from its first day up to that one."""
    totals = Totals()
    for day in range(days.first, days.last + 1):
        _add(totals, within(counts, Days(day, day)))
        yield day, Totals(dict(totals.exposed), dict(totals.sums))


def _add(totals: Totals, counts: ExperimentCounts) -> None:
    for arm in counts.arm_days:
        totals.exposed[arm.variation] = totals.exposed_to(arm.variation) + arm.exposed
    for goal in counts.goal_days:
        totals.sums[goal.variation, goal.goal] = _sum(totals.of(goal.variation, goal.goal), goal.sums)


def _sum(a: Sums, b: Sums) -> Sums:
    return Sums(*(x + y for x, y in zip(a, b, strict=True)))
