"""Whether visitors came into the variations in the shares that were asked for: the sample-ratio check.

May not know what was measured on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import chdtrc

from web.analysis.estimate import Refusal

ALARM = 0.001
"""A split less likely than this is not put down to chance (Fabijan et al. 2019, KDD, on sample-ratio mismatch)."""

_SMALLEST_EXPECTED = 5
"""Below this the chi-square distribution is a poor stand-in (Cochran 1954, Biometrics 10:417)."""


@dataclass(frozen=True, slots=True)
class Split:
    """The chance `p` of a split at least this uneven, and how many visitors each variation should have had."""

    p: float
    expected: tuple[float, ...]

    @property
    def is_off(self) -> bool:
        """Whether something other than chance has moved visitors between, or out of, the variations."""
        return self.p < ALARM


def check_split(exposed: Sequence[int], weights: Sequence[int]) -> Split | Refusal:
    """Pearson's chi-square of the visitors in each variation against the weights."""
    visitors, whole = sum(exposed), sum(weights)
    expected = tuple(visitors * weight / whole for weight in weights)
    compared = [(o, e) for o, e in zip(exposed, expected, strict=True) if e > 0 or o > 0]
    if len(compared) < 2 or min(e for _, e in compared) < _SMALLEST_EXPECTED:
        return Refusal.TOO_FEW_TO_CHECK
    statistic = sum((o - e) ** 2 / e for o, e in compared)
    return Split(float(chdtrc(len(compared) - 1, statistic)), expected)
