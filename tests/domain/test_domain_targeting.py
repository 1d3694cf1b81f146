"""Who begins to take part is asked once: what a visitor was given is kept wherever the experiment runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.bucketing import bucket
from domain.condition import NOBODY
from domain.experiment import WHOLE
from domain.names import ExperimentKey, LayerKey, SiteKey, VariationKey
from domain.plan import Arm, LayerRange, PageTest, Plan, PlannedExperiment
from domain.site import Consent
from domain.targeting import Decision, Reason, decide
from domain.visits import Visit

HERO, BOLD = ExperimentKey("hero"), VariationKey("bold")
SEED = "00c0ffee"
EXPERIMENT = PlannedExperiment(HERO, "hero", (PageTest("=", "/"),), (), WHOLE, (), (Arm(BOLD, WHOLE),))
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


def test_who_is_held_out_keeps_nothing() -> None:
    plan = replace(PLAN, holdout=bucket("shop/holdout", SEED) + 1)
    assert decided(plan, HOME, kept=True) == Decision(None, Reason.HOLDOUT)
