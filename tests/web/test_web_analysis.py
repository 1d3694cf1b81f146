"""The statistics against hand values, scipy's own and figures that other engines were seen to give."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from web.analysis import amount
from web.analysis.amount import Amounts, mean, welch_pair
from web.analysis.estimate import Estimate, Refusal, difference, relative_difference
from web.analysis.rate import Share, _chance_by_normal, chance_above, rate
from web.analysis.split import Split, check_split

TENTH, ELEVEN = Share(1000, 10_000), Share(1100, 10_000)


@pytest.mark.parametrize(("reached", "of"), [(0, 10), (1, 10), (5, 10), (10, 10), (3, 1000), (1000, 10_000)])
def test_a_rate_has_wilsons_interval(reached: int, of: int) -> None:
    theirs = stats.binomtest(reached, of).proportion_ci(method="wilson")
    ours = rate(Share(reached, of))
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert ours.value == reached / of


@pytest.mark.parametrize(
    ("arm", "control", "low", "high"),
    # Newcombe 1998, table II, method 10, examples (a), (b), (c), (e) and (g).
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_difference_of_rates_has_newcombes_interval(
    arm: tuple[int, int], control: tuple[int, int], low: float, high: float
) -> None:
    found = difference(rate(Share(*control)), rate(Share(*arm)))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5.1e-5)


def test_a_relative_difference_is_near_what_other_engines_give() -> None:
    # tea-tasting 1.14, by logarithms: [0.01438, 0.19285].
    found = relative_difference(rate(TENTH), rate(ELEVEN))
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.01438, 0.19285), abs=1e-4)


shares = st.integers(1, 3000).flatmap(lambda n: st.builds(Share, st.integers(0, n), st.just(n)))


@given(shares, shares)
def test_the_interval_of_the_difference_leaves_out_zero_when_the_relative_one_does(control: Share, arm: Share) -> None:
    absolute = difference(rate(control), rate(arm))
    relative = relative_difference(rate(control), rate(arm))
    if isinstance(relative, Refusal):
        assert control.reached == 0
    elif min(abs(absolute.low), abs(absolute.high)) > 1e-9:
        assert (relative.above_zero, relative.below_zero) == (absolute.above_zero, absolute.below_zero)


@given(shares, shares)
def test_a_relative_interval_holds_its_value(control: Share, arm: Share) -> None:
    found = relative_difference(rate(control), rate(arm))
    assert isinstance(found, Refusal) or found.low - 1e-9 <= found.value <= found.high + 1e-9


def _chance_by_integral(control: Share, arm: Share) -> float:
    a = stats.beta(control.reached + 1, control.of - control.reached + 1)
    b = stats.beta(arm.reached + 1, arm.of - arm.reached + 1)
    spread = (max(0.0, b.ppf(1e-13)), min(1.0, b.isf(1e-13)))
    return float(integrate.quad(lambda x: b.pdf(x) * a.cdf(x), *spread, limit=500, epsabs=1e-11)[0])


@pytest.mark.parametrize(
    ("control", "arm"),
    [
        (TENTH, ELEVEN),
        (ELEVEN, TENTH),
        (Share(0, 10), Share(0, 10)),
        (Share(0, 10), Share(10, 10)),
        (Share(95, 100), Share(99, 100)),
        (Share(9_900, 10_000), Share(9_950, 10_000)),
        (Share(3, 7), Share(400, 900)),
        (Share(60_000, 400_000), Share(49_990, 340_000)),
    ],
)
def test_the_chance_to_win_is_the_integral_over_both_betas(control: Share, arm: Share) -> None:
    assert chance_above(control, arm) == pytest.approx(_chance_by_integral(control, arm), abs=1e-8)


def test_no_visitors_at_all_leave_the_chance_at_a_half() -> None:
    assert chance_above(Share(0, 0), Share(0, 0)) == pytest.approx(0.5)


def test_the_sum_and_the_normal_curve_agree_where_one_takes_over_from_the_other() -> None:
    control, arm = Share(49_800, 400_000), Share(50_100, 400_000)
    by_normal = _chance_by_normal((49_801, 350_201), (50_101, 349_901))
    assert chance_above(control, arm) == pytest.approx(by_normal, abs=1e-4)


def _amounts(values: list[int]) -> Amounts:
    return Amounts(len(values), sum(values), sum(v * v for v in values))


def _sample(seed: int, size: int, level: int) -> list[int]:
    draw = random.Random(seed)
    return [round(draw.expovariate(1 / level)) if draw.random() < 0.2 else 0 for _ in range(size)]


def test_a_difference_of_amounts_is_welchs() -> None:
    control, arm = _sample(1, 400, 4_000), _sample(2, 250, 5_000)
    theirs = stats.ttest_ind(arm, control, equal_var=False)
    found = difference(*welch_pair(_amounts(control), _amounts(arm)))
    interval = theirs.confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-12)
    assert amount.degrees_of_freedom(_amounts(control), _amounts(arm)) == pytest.approx(theirs.df, rel=1e-12)


def test_welchs_interval_is_what_three_other_engines_give() -> None:
    found = difference(*welch_pair(Amounts(10_000, 1000, 1000), Amounts(10_000, 1100, 1100)))
    assert (found.low, found.high) == pytest.approx((0.0015035, 0.0184965), abs=5e-7)


def test_a_mean_has_students_interval() -> None:
    values = _sample(3, 60, 900)
    theirs = stats.ttest_1samp(values, 0).confidence_interval()
    found = mean(_amounts(values))
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), rel=1e-12)


def test_a_ratio_of_amounts_has_fiellers_interval() -> None:
    control, arm = _amounts(_sample(1, 900, 4_000)), _amounts(_sample(2, 700, 5_000))
    found = relative_difference(*welch_pair(control, arm))
    assert isinstance(found, Estimate)
    # Fieller 1954: the ratios r at which (arm - r * control)² is t² times its variance.
    t = stats.t.isf(0.025, amount.degrees_of_freedom(control, arm))
    a = control.mean**2 - t**2 * control.variance_of_mean
    b = -2 * arm.mean * control.mean
    c = arm.mean**2 - t**2 * arm.variance_of_mean
    root = math.sqrt(b * b - 4 * a * c)
    assert (found.low, found.high) == pytest.approx(((-b - root) / (2 * a) - 1, (-b + root) / (2 * a) - 1), rel=1e-9)


@pytest.mark.parametrize("level", [-40, -3, 3, 40])
def test_refunds_do_not_turn_an_interval_round(level: int) -> None:
    arm = Amounts(100, level * 100, level * level * 100 + 90_000)
    found = relative_difference(*welch_pair(Amounts(100, 20_000, 4_100_000), arm))
    assert isinstance(found, Estimate)
    assert found.low < found.value < found.high


def test_large_amounts_keep_their_spread() -> None:
    # Ten visitors around 10⁹ with a spread of one: floats would lose it.
    values = [10**9 + v for v in (0, 1, 2, 0, 1, 2, 0, 1, 2, 1)]
    spread = stats.sem([v - 10**9 for v in values])
    assert _amounts(values).variance_of_mean == pytest.approx(spread**2, rel=1e-12)


def test_the_chance_of_an_amount_is_normal() -> None:
    assert amount.chance_above(Amounts(10_000, 1000, 1000), Amounts(10_000, 1100, 1100)) == pytest.approx(
        stats.norm.cdf(0.01 / math.sqrt(0.1 * 0.9 / 9999 + 0.11 * 0.89 / 9999)), abs=1e-9
    )


def test_the_split_check_is_pearsons() -> None:
    found = check_split([10_000, 10_300], [5000, 5000])
    assert isinstance(found, Split)
    assert found.p == pytest.approx(0.03524, abs=5e-6)
    assert found.p == pytest.approx(stats.chisquare([10_000, 10_300]).pvalue, rel=1e-12)
    assert not found.is_off


@pytest.mark.parametrize(
    ("exposed", "weights", "off"),
    [
        ([5000, 5400], [5000, 5000], True),
        ([8000, 2000], [8000, 2000], False),
        ([3333, 3333, 3334], [3333, 3333, 3334], False),
        ([100, 100, 0], [5000, 5000, 0], False),
    ],
)
def test_an_uneven_split_is_an_alarm_at_one_in_a_thousand(exposed: list[int], weights: list[int], off: bool) -> None:
    found = check_split(exposed, weights)
    assert isinstance(found, Split)
    assert found.is_off is off


@pytest.mark.parametrize(
    ("exposed", "weights"), [([0, 0], [5000, 5000]), ([3, 4], [5000, 5000]), ([500], [10_000]), ([9, 1], [9999, 1])]
)
def test_a_split_of_too_few_is_refused(exposed: list[int], weights: list[int]) -> None:
    assert check_split(exposed, weights) is Refusal.TOO_FEW_TO_CHECK


def test_a_split_with_somebody_in_a_variation_without_weight_is_refused() -> None:
    assert check_split([100, 3], [10_000, 0]) is Refusal.TOO_FEW_TO_CHECK


def test_intervals_shrink_as_visitors_come() -> None:
    widths = [
        (lambda e: e.high - e.low)(difference(rate(Share(n // 10, n)), rate(Share(n // 8, n))))
        for n in (80, 800, 8000, 80_000)
    ]
    assert all(narrow < wide for wide, narrow in pairwise(widths))
