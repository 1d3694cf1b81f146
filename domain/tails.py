"""How unlikely a count is: exact tails of the binomial and the Poisson distribution.

Both are for the far side of the mean; on the near side they answer 1, so that a surprise is never overstated.
May not know what is counted.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log, log1p

_ENOUGH = 1e-17
"""Terms below this share of the sum no longer change it."""


def binomial_at_least(k: int, n: int, p: float) -> float:
    """The chance of `k` or more successes in `n` trials of chance `p`; 1 where `k` is no more than the mean."""
    if k <= n * p:
        return 1.0
    if k > n or p <= 0.0:
        return 0.0
    odds = p / (1.0 - p)
    first = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p)
    return _summed(first, k, lambda i: (n - i) / (i + 1) * odds)


def binomial_at_most(k: int, n: int, p: float) -> float:
    """The chance of `k` or fewer successes in `n` trials of chance `p`; 1 where `k` is no less than the mean."""
    return binomial_at_least(n - k, n, 1.0 - p)


def poisson_at_least(k: int, mean: float) -> float:
    """The chance of `k` or more events where `mean` are expected; 1 where `k` is no more than that."""
    if k <= mean:
        return 1.0
    if mean <= 0.0:
        return 0.0
    return _summed(k * log(mean) - mean - lgamma(k + 1), k, lambda i: mean / (i + 1))


def _summed(log_first: float, first: int, ratio: Callable[[int], float]) -> float:
    """A sum of terms of which each is less than the one before, by the ratio of the term after place `i` to it."""
    total = term = 1.0
    place = first
    while term > _ENOUGH * total:
        term *= ratio(place)
        total += term
        place += 1
    return min(1.0, exp(log_first) * total)
