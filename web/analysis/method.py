"""The two ways of measuring a goal, each as one row: what is taken from the counts, estimated, and compared.

May not know which goal is measured, or who is compared with whom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.tally import Sums
from web.analysis import amount, rate
from web.analysis.amount import Amounts
from web.analysis.estimate import Estimate, Refusal
from web.analysis.rate import Share

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Method(Generic[S]):
    """`sample` takes visitors exposed and what they did; the rest works on samples that were not refused."""

    sample: Callable[[int, Sums], S | Refusal]
    estimate: Callable[[S], Estimate]
    pair: Callable[[S, S], tuple[Estimate, Estimate] | Refusal]
    """Both as they are compared with each other, the control first."""
    chance_above: Callable[[S, S], float]


def _share(exposed: int, sums: Sums) -> Share | Refusal:
    if exposed == 0:
        return Refusal.NOBODY
    return Refusal.EXPOSED_EARLIER if sums.n > exposed else Share(sums.n, exposed)


def _two_rates(control: Share, arm: Share) -> tuple[Estimate, Estimate] | Refusal:
    if control.reached == arm.reached == 0:
        return Refusal.NOBODY_REACHED
    return rate.rate(control), rate.rate(arm)


def _amounts(exposed: int, sums: Sums) -> Amounts | Refusal:
    share = _share(exposed, sums)
    if isinstance(share, Refusal):
        return share
    if exposed == 1:
        return Refusal.ONE_VISITOR
    if sums.conversions == 0:
        return Refusal.NOBODY_REACHED
    spread = exposed * sums.squares - sums.total**2
    if spread > 0:
        return Amounts(exposed, sums.total, sums.squares)
    # A range that begins late holds differences without their beginning, which need not be the sums of any table.
    return Refusal.EXPOSED_EARLIER if spread < 0 else Refusal.NO_SPREAD


RATES = Method(_share, rate.rate, _two_rates, rate.chance_above)
AMOUNTS = Method(_amounts, amount.mean, amount.welch_pair, amount.chance_above)
