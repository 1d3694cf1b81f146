"""A number with its 95 % interval, and how two of them are compared so that the answers agree with each other.

May not know what was estimated. Differences and ratios both come from the limits of the two estimates (MOVER, the
method of variance estimates recovery), so the interval of the difference leaves out 0 exactly when that of the
ratio leaves out 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import sqrt

Z_95 = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


class Refusal(Enum):
    """Why a number is not given; the value says it to a reader."""

    NOBODY = "Nobody has seen this variation in these days."
    NOBODY_REACHED = "Nobody has reached it in these days."
    ONE_VISITOR = "An amount per visitor needs at least two visitors."
    NO_SPREAD = "Every visitor is worth the same so far, so nothing can be said about how that varies."
    EXPOSED_EARLIER = (
        "More visitors reached this goal than first saw the variation in these days: some saw it earlier. "
        "Choose a range that begins with the experiment."
    )
    CONTROL_NEAR_ZERO = "The control is at zero, or too close to it, to state a difference in per cent."
    TOO_FEW_TO_CHECK = "Too few visitors to check the split: each variation should expect at least five."


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def above_zero(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0

    @property
    def below_zero(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.high < 0


def difference(control: Estimate, arm: Estimate) -> Estimate:
    """`arm` minus `control` (Newcombe 1998, Stat. Med. 17:873, method 10, for Wilson limits; Zou and Donner 2008)."""
    value = arm.value - control.value
    down = sqrt((arm.value - arm.low) ** 2 + (control.high - control.value) ** 2)
    up = sqrt((arm.high - arm.value) ** 2 + (control.value - control.low) ** 2)
    return Estimate(value, value - down, value + up)


def relative_difference(control: Estimate, arm: Estimate) -> Estimate | Refusal:
    """`arm / control - 1` (Donner and Zou 2012, Stat. Methods Med. Res. 21:347, section 3: MOVER for a ratio)."""
    if control.low <= 0:
        return Refusal.CONTROL_NEAR_ZERO
    product = arm.value * control.value
    low = _lower_ratio(product, control, arm)
    root = _root(product, arm.value, arm.high, control.value, control.low)
    high = (product + root) / _square(control.value, control.low)
    return Estimate(arm.value / control.value - 1, low - 1, high - 1)


def _square(value: float, limit: float) -> float:
    """`value`² − (`limit` − `value`)²."""
    return limit * (2 * value - limit)


def _root(product: float, arm: float, arm_limit: float, control: float, control_limit: float) -> float:
    return sqrt(max(0.0, product**2 - _square(arm, arm_limit) * _square(control, control_limit)))


def _lower_ratio(product: float, control: Estimate, arm: Estimate) -> float:
    root = _root(product, arm.value, arm.low, control.value, control.high)
    if product > 0:
        # The paper's limit with its numerator made rational: nothing cancels, and nothing divides by zero.
        return _square(arm.value, arm.low) / (product + root)
    return (product - root) / _square(control.value, control.high) if product < root else 0.0
