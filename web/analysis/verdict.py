"""The one sentence that may be said about an experiment, by a rule that is printed beside it.

May not know how the difference was computed, or what the goal is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from domain.names import VariationKey
from web.analysis.estimate import Estimate, Refusal
from web.analysis.split import ALARM, Split

ENOUGH_EXPOSED = 100
ENOUGH_REACHED = 10
"""Visitors seen, and visitors who reached the goal, that every variation needs before anything is concluded."""


class Conclusion(Enum):
    """What may be concluded; the value is the rule by which it was."""

    NOBODY = "Said while no variation has been seen."
    UNEVEN = f"Said when chance alone would give so uneven a split less than once in {round(1 / ALARM):,} experiments."
    EARLY = (
        f"Said until every variation has been seen by {ENOUGH_EXPOSED} visitors "
        f"and {ENOUGH_REACHED} of them have reached the goal."
    )
    BETTER = "Said when the 95 % interval of the difference lies wholly above zero."
    WORSE = "Said when the 95 % interval of every variation's difference lies wholly below zero."
    UNDECIDED = "Said when the 95 % interval of the difference includes zero."


@dataclass(frozen=True, slots=True)
class Standing:
    """How one variation stands on the primary goal; `difference` is None for the control and where refused."""

    variation: VariationKey
    exposed: int
    reached: int
    difference: Estimate | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A conclusion and the variation that it is about, where it is about one."""

    conclusion: Conclusion
    variation: VariationKey | None = None


def judge(split: Split | Refusal, standings: Sequence[Standing]) -> Verdict:
    """The first conclusion whose rule applies; the first standing is the control's."""
    if not any(s.exposed for s in standings):
        return Verdict(Conclusion.NOBODY)
    if isinstance(split, Split) and split.is_off:
        return Verdict(Conclusion.UNEVEN)
    compared = [(s.variation, s.difference) for s in standings[1:] if s.difference is not None]
    if not all(_enough(s) for s in standings) or len(compared) < len(standings) - 1 or not compared:
        return Verdict(Conclusion.EARLY)
    if better := [c for c in compared if c[1].above_zero]:
        return Verdict(Conclusion.BETTER, _best(better))
    if all(d.below_zero for _, d in compared):
        return Verdict(Conclusion.WORSE, _best(compared))
    return Verdict(Conclusion.UNDECIDED, _best(compared))


def _best(compared: Sequence[tuple[VariationKey, Estimate]]) -> VariationKey:
    return max(compared, key=lambda c: c[1].value)[0]


def _enough(standing: Standing) -> bool:
    return standing.exposed >= ENOUGH_EXPOSED and standing.reached >= ENOUGH_REACHED
