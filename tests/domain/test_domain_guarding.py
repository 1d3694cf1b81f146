"""When a release is taken for broken: exact chances, what is borne, and how seldom a sound one is given up."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from domain.guarding import LEAST, Broken, Rate, Series, Symptom, chance, judge, sentence, series_of
from domain.health import ArmCounts, ArmName, GoalCounts, HealthCounts, OpCounts, OpName, since
from domain.names import GoalKey, RunName, SiteKey, VariationKey
from domain.plan import Arm, Op, Plan, PlannedExperiment, PlannedGoal
from domain.site import Consent
from domain.tails import binomial_at_least, binomial_at_most, poisson_at_least

LOOKS = 40
HERO, CONTROL, BOLD = RunName("hero"), VariationKey("control"), VariationKey("bold")
BUY = GoalKey("buy")


@given(st.integers(0, 300), st.integers(0, 300), st.floats(0.001, 0.999))
def test_tails_are_those_of_the_textbook(k: int, more: int, p: float) -> None:
    n = k + more
    if k > n * p:
        assert binomial_at_least(k, n, p) == pytest.approx(stats.binom.sf(k - 1, n, p), rel=1e-9, abs=1e-300)
        assert poisson_at_least(k, n * p) == pytest.approx(stats.poisson.sf(k - 1, n * p), rel=1e-9, abs=1e-300)
    if k < n * p:
        assert binomial_at_most(k, n, p) == pytest.approx(stats.binom.cdf(k, n, p), rel=1e-9, abs=1e-300)


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0, 1))
def test_a_tail_is_never_understated(k: int, n: int, p: float) -> None:
    k = min(k, n)
    assert binomial_at_least(k, n, p) >= stats.binom.sf(k - 1, n, p) - 1e-12
    assert binomial_at_most(k, n, p) >= stats.binom.cdf(k, n, p) - 1e-12


JUDGED: dict[str, tuple[Symptom, Rate, Rate, bool]] = {
    "an op that always failed a little": (Symptom.ERRORS, Rate(500, 10_000), Rate(60, 1_000), False),
    "an op that began to fail": (Symptom.ERRORS, Rate(0, 10_000), Rate(80, 1_000), True),
    "an op that is new and fails": (Symptom.ERRORS, Rate(0, 0), Rate(80, 1_000), True),
    "an op that fails below the floor": (Symptom.ERRORS, Rate(0, 100_000), Rate(30, 10_000), False),
    "one visitor who reloads and reloads": (Symptom.ERRORS, Rate(0, 10_000), Rate(LEAST - 1, 30), False),
    "an element that some pages lack": (Symptom.MISSES, Rate(0, 0), Rate(40, 1_000), False),
    "an element that is gone": (Symptom.MISSES, Rate(10, 10_000), Rate(400, 1_000), True),
    "a goal that nobody reaches any more": (Symptom.GOAL, Rate(1_000, 10_000), Rate(0, 1_000), True),
    "a goal that is reached by chance a little less": (Symptom.GOAL, Rate(1_000, 10_000), Rate(80, 1_000), False),
    "a goal too seldom to tell": (Symptom.GOAL, Rate(20, 10_000), Rate(0, 1_000), False),
    "a goal that was never reached": (Symptom.GOAL, Rate(0, 10_000), Rate(0, 1_000), False),
    "a goal with nothing before it": (Symptom.GOAL, Rate(0, 0), Rate(0, 1_000), False),
    "a variation whose button is dead": (Symptom.ARM, Rate(120, 600), Rate(0, 600), True),
    "a variation that is merely worse": (Symptom.ARM, Rate(120, 600), Rate(75, 600), False),
    "a variation that wins": (Symptom.ARM, Rate(20, 600), Rate(120, 600), False),
    "nobody there": (Symptom.ERRORS, Rate(0, 0), Rate(0, 0), False),
}


@pytest.mark.parametrize("name", JUDGED)
def test_what_is_borne_and_what_is_not(name: str) -> None:
    symptom, before, now, is_broken = JUDGED[name]
    assert (judge([Series(symptom, name, before, now)], LOOKS) is not None) is is_broken


def test_nothing_watched_is_nothing_broken() -> None:
    assert judge([], LOOKS) is None


def test_the_more_is_watched_the_higher_the_bar() -> None:
    dead = Series(Symptom.GOAL, "buy", Rate(1_000, 10_000), Rate(23, 1_000))
    well = Series(Symptom.GOAL, "lead", Rate(1_000, 10_000), Rate(100, 1_000))
    assert judge([dead], LOOKS) == Broken(dead, chance(dead))
    assert judge([dead, *[well] * 10_000], LOOKS) is None


EDGES = {Symptom.ERRORS: (0.02, 0.04), Symptom.MISSES: (0.1, 0.2), Symptom.GOAL: (0.1, 0.05), Symptom.ARM: (0.2, 0.1)}
"""Rates before and since that are just borne."""


@pytest.mark.parametrize("symptom", Symptom)
def test_a_sound_release_is_hardly_ever_given_up(symptom: Symptom) -> None:
    before, now = EDGES[symptom]
    chances = numpy.random.default_rng(5)
    given_up = 0
    for past in chances.binomial(4_000, before, size=500):
        events = numpy.cumsum(chances.binomial(30, now, size=LOOKS))
        looks = (Rate(int(count), 30 * look) for look, count in enumerate(events, 1))
        given_up += any(judge([Series(symptom, "", Rate(int(past), 4_000), look)], LOOKS) for look in looks)
    assert given_up <= 4  # half a one is to be expected at most; more than four, once in 6,000 runs


def plan(*ops: Op, weight: int = 5_000, goals: tuple[PlannedGoal, ...] = ()) -> Plan:
    arms = (Arm(CONTROL, 10_000 - weight), Arm(BOLD, weight, ops=ops))
    hero = PlannedExperiment(HERO, (), (), 10_000, (BUY,), arms)
    return Plan(SiteKey("shop"), "", "UTC", Consent.NONE, (), (), goals or (CLICK,), (hero,))


CLICK = PlannedGoal(BUY, "click", "#buy")
TEXT, REMOVE = Op("text", "h1", value="Now"), Op("remove", "#buy")
VIEWS = HealthCounts(views=10_000)


def test_faults_are_held_to_the_share_of_visitors_that_a_variation_has() -> None:
    ops = HealthCounts(ops=(OpCounts(OpName(HERO, BOLD, 0), errors=12),))
    was, now = plan(TEXT, weight=100), plan(TEXT, weight=10_000)
    errors = next(s for s in series_of(was, now, HealthCounts(10_000, ops.ops), ops) if s.symptom is Symptom.ERRORS)
    assert (errors.before, errors.since) == (Rate(12, 100.0), Rate(12, 0.0))
    assert errors.what == "text h1 of hero/bold"


def test_ops_with_other_numbers_are_held_to_the_worst_of_their_variation() -> None:
    faults = (OpCounts(OpName(HERO, BOLD, 0), misses=3), OpCounts(OpName(HERO, BOLD, 1), misses=9))
    series = series_of(plan(REMOVE, TEXT), plan(TEXT), HealthCounts(10_000, faults), VIEWS)
    assert [s.before.events for s in series if s.symptom is Symptom.MISSES] == [9]


def test_a_goal_is_compared_only_where_it_means_what_it_meant() -> None:
    other = PlannedGoal(BUY, "click", "#buy-now")
    goals = [s.what for s in series_of(plan(), plan(), VIEWS, VIEWS) if s.symptom is Symptom.GOAL]
    assert goals == ["buy"]
    for was in (None, plan(goals=(other,))):
        assert not [s for s in series_of(was, plan(), VIEWS, VIEWS) if s.symptom is Symptom.GOAL]


@pytest.mark.parametrize(("was", "watched"), [(None, 1), (plan(TEXT), 1), (plan(REMOVE), 0)])
def test_variations_are_compared_where_they_are_new_or_others(was: Plan | None, watched: int) -> None:
    series = series_of(was, plan(REMOVE), VIEWS, VIEWS)
    assert len([s for s in series if s.symptom is Symptom.ARM]) == watched


def test_a_dead_button_is_seen_and_said() -> None:
    control, bold = ArmName(HERO, CONTROL), ArmName(HERO, BOLD)
    arms = (ArmCounts(control, 310), ArmCounts(bold, 300))
    now = HealthCounts(2_000, (), arms, (GoalCounts(BUY, None, 90), GoalCounts(BUY, control, 90)))
    broken = judge(series_of(plan(TEXT), plan(REMOVE), VIEWS, now), LOOKS)
    assert broken is not None
    assert sentence(broken) == (
        "buy by hero/bold was reached 0 times in 300 visitors, by the first variation's 90 times in 310 visitors "
        "(chance 4e-16)"
    )


def test_what_happened_between_two_readings_is_their_difference() -> None:
    op, arm = OpName(HERO, BOLD, 0), ArmName(HERO, BOLD)
    then = HealthCounts(5, (OpCounts(op, 1, 2, 3),), (ArmCounts(arm, 4),), (GoalCounts(BUY, arm, 1),))
    now = HealthCounts(
        9, (OpCounts(op, 2, 4, 6),), (ArmCounts(arm, 9),), (GoalCounts(BUY, None, 7), GoalCounts(BUY, arm, 3))
    )
    assert since(then, now) == HealthCounts(
        4, (OpCounts(op, 1, 2, 3),), (ArmCounts(arm, 5),), (GoalCounts(BUY, None, 7), GoalCounts(BUY, arm, 2))
    )
