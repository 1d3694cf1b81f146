"""How the numbers of a goal are spelled: shares in per cent, amounts in the goal's currency.

May not know how the numbers came about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from domain.names import GoalKey
from domain.site import Site
from web.analysis.estimate import Estimate
from web.analysis.result import Comparison, Measure
from web.words import money, percent, signed_money, signed_percent, signed_points


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of one goal's measure."""

    value: Callable[[float], str]
    difference: Callable[[float], str]
    title: str
    """What is measured, for a heading."""
    column: str
    """The same for the head of a column."""

    def headline(self, comparison: Comparison) -> tuple[str, str, str]:
        """A comparison as value, low and high: relative, or absolute where that is refused."""
        if isinstance(comparison.relative, Estimate):
            return _spell(comparison.relative, signed_percent)
        return _spell(comparison.difference, self.difference)


def spelling(site: Site, goal: GoalKey, measure: Measure) -> Spelling:
    """How to spell a goal's rate or amount."""
    value = next((g.value for g in site.goals if g.key == goal), None)
    if measure is Measure.RATE or value is None:
        return Spelling(percent, signed_points, "Visitors who reached it", "Rate")
    amounts = partial(money, digits=value.digits, currency=value.currency)
    differences = partial(signed_money, digits=value.digits, currency=value.currency)
    return Spelling(amounts, differences, "What a visitor is worth", "Per visitor")


def valued_goals(site: Site) -> frozenset[GoalKey]:
    """The goals whose conversions are worth an amount."""
    return frozenset(goal.key for goal in site.goals if goal.value is not None)


def _spell(estimate: Estimate, say: Callable[[float], str]) -> tuple[str, str, str]:
    return say(estimate.value), say(estimate.low), say(estimate.high)
