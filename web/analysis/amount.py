"""What a variation's visitors are worth on average, and the chance that one average is truly above another.

May not know about days, currencies or definitions; amounts are in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from scipy.special import ndtr, stdtrit

from web.analysis.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Amounts:
    """`n` visitors, those worth nothing included, the sum of what they are worth, and the sum of its squares."""

    n: int
    total: int
    squares: int

    @property
    def mean(self) -> float:
        """Per visitor."""
        return self.total / self.n

    @property
    def variance_of_mean(self) -> float:
        """The unbiased variance over n; `n` is at least two."""
        # Integers until the last step: squares and total² / n are close, and floats would cancel.
        return (self.n * self.squares - self.total**2) / (self.n * (self.n - 1)) / self.n


def mean(amounts: Amounts) -> Estimate:
    """The mean per visitor with Student's interval; `n` is at least two."""
    half = float(stdtrit(amounts.n - 1, 0.975)) * sqrt(amounts.variance_of_mean)
    return Estimate(amounts.mean, amounts.mean - half, amounts.mean + half)


def welch_pair(control: Amounts, arm: Amounts) -> tuple[Estimate, Estimate]:
    """Both means with the half-widths that make their difference Welch's (Welch 1947, Biometrika 34:28).

    With the t point of the Welch–Satterthwaite degrees of freedom on both sides, MOVER's difference is Welch's
    interval and its ratio is Fieller's. At least one of the two has some spread.
    """
    t = float(stdtrit(degrees_of_freedom(control, arm), 0.975))
    return _with_half(control, t), _with_half(arm, t)


def _with_half(amounts: Amounts, t: float) -> Estimate:
    half = t * sqrt(amounts.variance_of_mean)
    return Estimate(amounts.mean, amounts.mean - half, amounts.mean + half)


def degrees_of_freedom(control: Amounts, arm: Amounts) -> float:
    """Welch–Satterthwaite (Satterthwaite 1946, Biometrics Bulletin 2:110)."""
    a, b = control.variance_of_mean, arm.variance_of_mean
    return (a + b) ** 2 / (a**2 / (control.n - 1) + b**2 / (arm.n - 1))


def chance_above(control: Amounts, arm: Amounts) -> float:
    """The probability that the arm's true mean is above the control's, every mean having been equally likely before.

    The difference of the means is then normal about what was measured (Gelman et al., Bayesian Data Analysis, 3rd
    ed., section 2.5). At least one of the two has some spread.
    """
    spread = sqrt(control.variance_of_mean + arm.variance_of_mean)
    return float(ndtr((arm.mean - control.mean) / spread))
