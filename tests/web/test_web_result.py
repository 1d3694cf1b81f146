"""From counts to a result: totals, refusals, the verdict's rules, and the JSON that scripts rely on."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from domain.experiment import Experiment, Pages, Status, Variation
from domain.names import ExperimentKey, GoalKey, VariationKey
from domain.report import ArmDay, Days, ExperimentCounts, GoalDay
from domain.tally import Sums
from web.analysis.estimate import Estimate, Refusal
from web.analysis.history import history
from web.analysis.result import Comparison, Measure, Role, analyse
from web.analysis.split import Split
from web.analysis.totals import days_counted, total, within
from web.analysis.verdict import Conclusion, Standing, Verdict, judge
from web.analysis.written import result_json

CONTROL, BOLD, CALM = VariationKey("control"), VariationKey("bold"), VariationKey("calm")
SIGNUP, PURCHASE, LEAD = GoalKey("signup"), GoalKey("purchase"), GoalKey("lead")

HERO = Experiment(
    key=ExperimentKey("hero"),
    name="Hero",
    hypothesis="",
    status=Status.RUNNING,
    pages=Pages(),
    traffic=10_000,
    primary=SIGNUP,
    secondary=(PURCHASE,),
    guardrails=(LEAD,),
    variations=(Variation(CONTROL, 5000), Variation(BOLD, 5000)),
)

COUNTS = ExperimentCounts(
    arm_days=(
        ArmDay(100, CONTROL, 400),
        ArmDay(100, BOLD, 410),
        ArmDay(101, CONTROL, 600),
        ArmDay(101, BOLD, 590),
    ),
    goal_days=(
        GoalDay(100, CONTROL, SIGNUP, Sums(40, 44)),
        GoalDay(100, BOLD, SIGNUP, Sums(60, 63)),
        GoalDay(101, CONTROL, SIGNUP, Sums(60, 70)),
        GoalDay(101, BOLD, SIGNUP, Sums(90, 95)),
        GoalDay(102, CONTROL, PURCHASE, Sums(2, 3, 9000, 41_000_000)),
        GoalDay(102, BOLD, PURCHASE, Sums(3, 3, 12_000, 50_000_000)),
    ),
)
VALUED = frozenset({PURCHASE})


def test_a_result_holds_every_goal_in_its_role_and_a_valued_one_twice() -> None:
    result = analyse(HERO, VALUED, COUNTS)
    assert [(g.goal, g.role, g.measure) for g in result.goals] == [
        (SIGNUP, Role.PRIMARY, Measure.RATE),
        (PURCHASE, Role.SECONDARY, Measure.RATE),
        (PURCHASE, Role.SECONDARY, Measure.AMOUNT),
        (LEAD, Role.GUARDRAIL, Measure.RATE),
    ]
    assert result.exposed == ((CONTROL, 1000), (BOLD, 1000))
    assert isinstance(result.split, Split)


def test_variations_are_compared_with_the_first_one() -> None:
    control, bold = analyse(HERO, VALUED, COUNTS).goals[0].arms
    assert control.comparison is None
    assert isinstance(bold.comparison, Comparison)
    assert bold.comparison.difference.value == pytest.approx(0.05)
    assert isinstance(bold.comparison.relative, Estimate)
    assert bold.comparison.relative.value == pytest.approx(0.5)
    assert bold.comparison.chance_to_win > 0.999


def test_an_experiment_with_a_valued_primary_goal_is_judged_by_the_amount() -> None:
    result = analyse(replace(HERO, primary=PURCHASE, secondary=()), VALUED, COUNTS)
    assert result.primary.measure is Measure.AMOUNT


@pytest.mark.parametrize(
    ("exposed", "sums", "measure", "refusal"),
    [
        (0, Sums(), Measure.RATE, Refusal.NOBODY),
        (0, Sums(), Measure.AMOUNT, Refusal.NOBODY),
        (1, Sums(1, 1, 5, 25), Measure.AMOUNT, Refusal.ONE_VISITOR),
        (5, Sums(6, 6), Measure.RATE, Refusal.EXPOSED_EARLIER),
        (5, Sums(6, 6, 5, 25), Measure.AMOUNT, Refusal.EXPOSED_EARLIER),
        (50, Sums(2, 2, 100, 1), Measure.AMOUNT, Refusal.EXPOSED_EARLIER),
        (50, Sums(50, 50, 500, 5000), Measure.AMOUNT, Refusal.NO_SPREAD),
        (50, Sums(), Measure.AMOUNT, Refusal.NOBODY_REACHED),
    ],
)
def test_a_number_that_cannot_be_computed_is_refused(
    exposed: int, sums: Sums, measure: Measure, refusal: Refusal
) -> None:
    counts = ExperimentCounts(
        (ArmDay(1, CONTROL, 50), ArmDay(1, BOLD, exposed)),
        (GoalDay(1, CONTROL, PURCHASE, Sums(1, 1, 10, 100)), GoalDay(1, BOLD, PURCHASE, sums)),
    )
    result = analyse(HERO, VALUED, counts)
    arm = next(g for g in result.goals if g.goal == PURCHASE and g.measure is measure).arms[1]
    assert arm.estimate is refusal
    assert arm.comparison is refusal


def test_a_goal_that_nobody_reached_is_not_compared() -> None:
    counts = ExperimentCounts((ArmDay(1, CONTROL, 50), ArmDay(1, BOLD, 50)), ())
    rates = analyse(HERO, VALUED, counts).goals[0]
    assert rates.arms[1].comparison is Refusal.NOBODY_REACHED
    assert isinstance(rates.arms[1].estimate, Estimate)


SOME = Estimate(0.02, 0.01, 0.03)
NONE = Estimate(0.0, -0.01, 0.01)
LESS = Estimate(-0.02, -0.03, -0.01)
WIDE = Estimate(0.05, -0.01, 0.2)
EVEN, OFF = Split(0.5, (500.0, 500.0)), Split(0.0001, (500.0, 500.0))
AT_CONTROL = Standing(CONTROL, 500, 50, None)


def _at(key: VariationKey, difference: Estimate | None, exposed: int = 500, reached: int = 50) -> Standing:
    return Standing(key, exposed, reached, difference)


@pytest.mark.parametrize(
    ("split", "standings", "verdict"),
    [
        (EVEN, [replace(AT_CONTROL, exposed=0), _at(BOLD, None, 0, 0)], Verdict(Conclusion.NOBODY)),
        (OFF, [AT_CONTROL, _at(BOLD, SOME)], Verdict(Conclusion.UNEVEN)),
        (EVEN, [AT_CONTROL, _at(BOLD, SOME, exposed=99)], Verdict(Conclusion.EARLY)),
        (EVEN, [AT_CONTROL, _at(BOLD, SOME, reached=9)], Verdict(Conclusion.EARLY)),
        (EVEN, [AT_CONTROL, _at(BOLD, None)], Verdict(Conclusion.EARLY)),
        (EVEN, [AT_CONTROL], Verdict(Conclusion.EARLY)),
        (EVEN, [AT_CONTROL, _at(BOLD, SOME)], Verdict(Conclusion.BETTER, BOLD)),
        (EVEN, [AT_CONTROL, _at(BOLD, SOME), _at(CALM, WIDE)], Verdict(Conclusion.BETTER, BOLD)),
        (EVEN, [AT_CONTROL, _at(BOLD, LESS)], Verdict(Conclusion.WORSE, BOLD)),
        (EVEN, [AT_CONTROL, _at(BOLD, LESS), _at(CALM, NONE)], Verdict(Conclusion.UNDECIDED, CALM)),
        (Refusal.TOO_FEW_TO_CHECK, [AT_CONTROL, _at(BOLD, NONE)], Verdict(Conclusion.UNDECIDED, BOLD)),
    ],
)
def test_the_first_rule_that_applies_gives_the_verdict(
    split: Split | Refusal, standings: list[Standing], verdict: Verdict
) -> None:
    assert judge(split, standings) == verdict


def test_every_conclusion_is_reached_by_a_case_above() -> None:
    cases = test_the_first_rule_that_applies_gives_the_verdict.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {verdict.conclusion for _, _, verdict in cases} == set(Conclusion)


def test_days_are_cut_out_and_added_up() -> None:
    assert days_counted(COUNTS) == Days(100, 102)
    assert days_counted(ExperimentCounts((), COUNTS.goal_days)) is None
    second = total(within(COUNTS, Days(101, 101)))
    assert second.exposed_to(CONTROL) == 600
    assert second.of(BOLD, SIGNUP) == Sums(90, 95)
    assert second.of(BOLD, PURCHASE) == Sums()


def test_the_course_ends_where_the_result_stands() -> None:
    (bold,) = history(HERO, SIGNUP, Measure.RATE, COUNTS, Days(100, 102))
    result = analyse(HERO, VALUED, COUNTS).goals[0].arms[1].comparison
    assert isinstance(result, Comparison)
    assert [p.day for p in bold.points] == [100, 101, 102]
    assert bold.points[-1].relative == result.relative
    assert bold.points[0].relative.high - bold.points[0].relative.low > 0.5


def test_the_course_leaves_out_days_that_cannot_be_computed() -> None:
    (bold,) = history(HERO, PURCHASE, Measure.AMOUNT, COUNTS, Days(100, 102))
    assert [p.day for p in bold.points] == []


def test_the_json_holds_what_was_counted_as_promised() -> None:
    written = json.loads(json.dumps(result_json(analyse(HERO, VALUED, COUNTS))))
    assert written["variations"] == [{"key": "control", "exposed": 1000}, {"key": "bold", "exposed": 1000}]
    assert [g["key"] for g in written["goals"]] == ["signup", "purchase", "lead"]
    assert written["goals"][1]["arms"][1] == {
        "variation": "bold",
        "converted": 3,
        "count": 3,
        "sum": 12_000,
        "sum_of_squares": 50_000_000,
    }
    assert written["goals"][1]["amount"][1]["value"] == 12.0
    assert written["verdict"]["conclusion"] == "better"


def test_the_json_of_an_empty_experiment_refuses_instead_of_guessing() -> None:
    written = result_json(analyse(HERO, VALUED, ExperimentCounts((), ())))
    assert written["goals"][0]["rate"][0] == {
        "variation": "control",
        "value": None,
        "low": None,
        "high": None,
        "refused": Refusal.NOBODY.value,
    }
    assert written["split"] == {"p": None, "refused": Refusal.TOO_FEW_TO_CHECK.value}
    assert written["verdict"]["conclusion"] == "nobody"
