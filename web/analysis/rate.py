"""The share of a variation's visitors who reached a goal, and the chance that one share is truly above another.

May not know about days, money or definitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import betaln, ndtr

from web.analysis.estimate import Z_95, Estimate

_EXACT_TERMS = 50_000
"""Beyond so many terms the normal approximation is closer than anyone can read."""


@dataclass(frozen=True, slots=True)
class Share:
    """`reached` of `of` visitors."""

    reached: int
    of: int


def rate(share: Share) -> Estimate:
    """The share with Wilson's score interval (Wilson 1927, JASA 22:209); `of` is at least one."""
    n, p = share.of, share.reached / share.of
    z2 = Z_95**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    # At the ends the interval touches them; say so exactly, rounding would leave it a hair short.
    low = 0.0 if share.reached == 0 else middle - half
    high = 1.0 if share.reached == n else middle + half
    return Estimate(p, low, high)


def chance_above(control: Share, arm: Share) -> float:
    """The probability that the arm's true share is above the control's, every share having been equally likely before.

    Both shares then are Beta(reached + 1, missed + 1). Exact by the sum of Miller (2014, "Formulas for Bayesian A/B
    testing"), taken over the smallest of the four counts.
    """
    a = (control.reached + 1, control.of - control.reached + 1)
    b = (arm.reached + 1, arm.of - arm.reached + 1)
    smallest = min(*a, *b)
    if smallest > _EXACT_TERMS:
        return _chance_by_normal(a, b)
    if smallest == b[0]:
        return _chance_by_sum(a, b)
    if smallest == a[0]:
        return 1 - _chance_by_sum(b, a)
    # The share that misses is above exactly where the share that reaches is below.
    if smallest == a[1]:
        return _chance_by_sum(b[::-1], a[::-1])
    return 1 - _chance_by_sum(a[::-1], b[::-1])


def _chance_by_sum(a: tuple[int, int], b: tuple[int, int]) -> float:
    """P(B > A) for A ~ Beta(*a) and B ~ Beta(*b), in b[0] terms."""
    i = np.arange(b[0])
    terms = betaln(a[0] + i, b[1] + a[1]) - np.log(b[1] + i) - betaln(1 + i, b[1]) - betaln(a[0], a[1])
    return min(1.0, float(np.exp(terms).sum()))


def _chance_by_normal(a: tuple[int, int], b: tuple[int, int]) -> float:
    (mean_a, variance_a), (mean_b, variance_b) = _moments(*a), _moments(*b)
    return float(ndtr((mean_b - mean_a) / sqrt(variance_a + variance_b)))


def _moments(alpha: int, beta: int) -> tuple[float, float]:
    n = alpha + beta
    return alpha / n, alpha * beta / (n * n * (n + 1))
