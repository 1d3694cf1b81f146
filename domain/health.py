"""How a site fares, as counts: how its experiments' changes went, who saw them, and which goals were reached.

Counts only ever rise, so what happened between two of them is their difference. May not know what is made of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from domain.names import GoalKey, RunName, VariationKey


class OpName(NamedTuple):
    """One op of a variation, counted from 0."""

    run: RunName
    variation: VariationKey
    op: int


class ArmName(NamedTuple):
    """One variation of a run."""

    run: RunName
    variation: VariationKey


@dataclass(frozen=True, slots=True)
class OpCounts:
    """How often an op was reported to have worked, to have found no element, and to have failed."""

    name: OpName
    ok: int = 0
    misses: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """Visitors who saw a variation for the first time."""

    name: ArmName
    exposed: int


@dataclass(frozen=True, slots=True)
class GoalCounts:
    """Visitors who reached a goal for the first time: of the whole site, or of those who had seen `arm`."""

    goal: GoalKey
    arm: ArmName | None
    converted: int


@dataclass(frozen=True, slots=True)
class HealthCounts:
    """One site over a range of days; what was never counted is left out."""

    views: int = 0
    ops: tuple[OpCounts, ...] = ()
    arms: tuple[ArmCounts, ...] = ()
    goals: tuple[GoalCounts, ...] = ()


class HealthTable:
    """The same to look things up in; what was not counted is 0."""

    def __init__(self, counts: HealthCounts) -> None:
        self.views = counts.views
        self.ops = {ops.name: ops for ops in counts.ops}
        self._of_arm: dict[ArmName, list[OpCounts]] = {}
        for ops in counts.ops:
            self._of_arm.setdefault(ArmName(*ops.name[:2]), []).append(ops)
        self._exposed = {arm.name: arm.exposed for arm in counts.arms}
        self._converted = {(goal.goal, goal.arm): goal.converted for goal in counts.goals}

    def exposed(self, arm: ArmName) -> int:
        """Visitors who saw a variation for the first time."""
        return self._exposed.get(arm, 0)

    def converted(self, goal: GoalKey, arm: ArmName | None = None) -> int:
        """Visitors who reached a goal for the first time."""
        return self._converted.get((goal, arm), 0)

    def op(self, name: OpName) -> OpCounts:
        """How an op went."""
        return self.ops.get(name, OpCounts(name))

    def worst(self, arm: ArmName, fault: Callable[[OpCounts], int]) -> int:
        """The most that any op of a variation was at fault."""
        return max(map(fault, self._of_arm.get(arm, ())), default=0)


def since(then: HealthCounts, now: HealthCounts) -> HealthCounts:
    """What was counted between two readings of the same days."""
    before = HealthTable(then)
    return HealthCounts(
        now.views - before.views,
        tuple(_op_since(before.op(ops.name), ops) for ops in now.ops),
        tuple(ArmCounts(arm.name, arm.exposed - before.exposed(arm.name)) for arm in now.arms),
        tuple(GoalCounts(g.goal, g.arm, g.converted - before.converted(g.goal, g.arm)) for g in now.goals),
    )


def _op_since(then: OpCounts, now: OpCounts) -> OpCounts:
    return OpCounts(now.name, now.ok - then.ok, now.misses - then.misses, now.errors - then.errors)
