"""Who begins to take part is asked once: what a visitor was given is kept wherever the experiment runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.bucketing import bucket
from domain.condition import NOBODY
from domain.experiment import WHOLE
from domain.names import LayerKey, RunName, SiteKey, VariationKey
from domain.plan import Arm, LayerRange, PageTest, Plan, PlannedExperiment
from domain.site import Consent
from domain.targeting import Decision, Reason, decide
from domain.visits import Visit

HERO, BOLD = RunName("hero"), VariationKey("bold")
SEED = "00c0ffee"
EXPERIMENT = PlannedExperiment(HERO, (PageTest("=", "/"),), (), WHOLE, (), (Arm(BOLD, WHOLE),))
PLAN = Plan(SiteKey("shop"), "", "UTC", Consent.NONE, (), (), (), (EXPERIMENT,))
HOME = Visit("https://shop.example/", now=100)


def decided(plan: Plan, visit: Visit, *, kept: bool) -> Decision:
    return decide(plan, visit, SEED, {HERO: BOLD} if kept else {})[HERO]


CLOSED = {
    "audience": (replace(EXPERIMENT, who=NOBODY), Reason.OTHER_AUDIENCE),
    "traffic": (replace(EXPERIMENT, traffic=0), Reason.NO_TRAFFIC),
    "layer": (replace(EXPERIMENT, layer=LayerRange(LayerKey("home"), 0, 0)), Reason.OTHER_PLACE),
}


@pytest.mark.parametrize("by", CLOSED)
def test_who_was_exposed_stays_though_nobody_new_is_taken(by: str) -> None:
    experiment, reason = CLOSED[by]
    plan = replace(PLAN, experiments=(experiment,))
    assert decided(plan, HOME, kept=False) == Decision(None, reason)
    assert decided(plan, HOME, kept=True) == Decision(BOLD, Reason.KEPT)


ELSEWHERE = {
    "another page": (EXPERIMENT, replace(HOME, url="https://shop.example/cart"), Reason.OTHER_PAGE),
    "before": (replace(EXPERIMENT, start=101), HOME, Reason.NOT_YET),
    "after": (replace(EXPERIMENT, end=100), HOME, Reason.OVER),
}


@pytest.mark.parametrize("when", ELSEWHERE)
def test_where_an_experiment_does_not_run_nothing_is_kept(when: str) -> None:
    experiment, visit, reason = ELSEWHERE[when]
    plan = replace(PLAN, experiments=(experiment,))
    assert decided(plan, visit, kept=True) == Decision(None, reason)


def test_a_new_phase_deals_everybody_anew() -> None:
    arms = (Arm(VariationKey("control"), WHOLE // 2), Arm(BOLD, WHOLE // 2))
    second = RunName("hero#2")
    plan = replace(PLAN, experiments=(replace(EXPERIMENT, run=second, arms=arms),))
    seeds = [f"{n * 2654435761 % 2**32:08x}" for n in range(2_000)]
    given = [decide(plan, HOME, seed, {HERO: BOLD})[second] for seed in seeds]
    assert given == [decide(plan, HOME, seed, {})[second] for seed in seeds]
    # Another salt: of those who had one variation, about half have it again (within five standard errors).
    first = replace(PLAN, experiments=(replace(EXPERIMENT, arms=arms),))
    again = sum(decide(first, HOME, s, {})[HERO].variation == g.variation for s, g in zip(seeds, given, strict=True))
    assert abs(again - 1_000) < 112


def test_a_phase_that_comes_back_finds_what_it_gave() -> None:
    assert decide(PLAN, HOME, SEED, {HERO: BOLD, RunName("hero#2"): VariationKey("gone")})[HERO].reason is Reason.KEPT


def test_who_is_held_out_keeps_nothing() -> None:
    plan = replace(PLAN, holdout=bucket("shop/holdout", SEED) + 1)
    assert decided(plan, HOME, kept=True) == Decision(None, Reason.HOLDOUT)
