"""One experiment's counts, day by day, added up per variation.

May not know what is concluded from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from domain.names import GoalKey, VariationKey
from domain.report import ArmDay, Days, ExperimentCounts, GoalDay
from domain.tally import Sums

D = TypeVar("D", ArmDay, GoalDay)


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

    def counted(self, variation: VariationKey, goal: GoalKey) -> tuple[int, Sums]:
        """Both."""
        return self.exposed_to(variation), self.of(variation, goal)


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
    _add(totals, counts.arm_days, counts.goal_days)
    return totals


def running_totals(counts: ExperimentCounts, days: Days) -> Iterator[tuple[int, Totals]]:
    """For each day of the range, what was counted from its first day up to that one: one object, added to."""
    arm_days, goal_days = _by_day(counts.arm_days), _by_day(counts.goal_days)
    totals = Totals()
    for day in range(days.first, days.last + 1):
        _add(totals, arm_days[day], goal_days[day])
        yield day, totals


def _by_day(rows: Iterable[D]) -> Mapping[int, list[D]]:
    found: defaultdict[int, list[D]] = defaultdict(list)
    for row in rows:
        found[row.day].append(row)
    return found


def _add(totals: Totals, arm_days: Iterable[ArmDay], goal_days: Iterable[GoalDay]) -> None:
    for arm in arm_days:
        totals.exposed[arm.variation] = totals.exposed_to(arm.variation) + arm.exposed
    for goal in goal_days:
        totals.sums[goal.variation, goal.goal] = _sum(totals.of(goal.variation, goal.goal), goal.sums)


def _sum(a: Sums, b: Sums) -> Sums:
    return Sums(*(x + y for x, y in zip(a, b, strict=True)))
