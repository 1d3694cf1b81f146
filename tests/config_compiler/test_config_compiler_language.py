"""Audiences, layers, schedules and phases: what is meant by what is written, and that a published plan is read back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config_compiler.compiler import Compiled, Rejected, check_site, compile_site, plan_site
from config_compiler.countries import countries, zones_of
from config_compiler.emit import canonical
from config_compiler.fields import canonical_value, subject_of, value_flaw
from config_compiler.flaw import Flaw
from config_compiler.javascript import ascii_code, script_flaw
from config_compiler.layer_ranges import layer_ranges
from config_compiler.plan_json import plan_json
from config_compiler.schedules import minute_of
from config_compiler.source import Source
from config_compiler.stylesheets import canonical_css
from config_compiler.zones import time_zone
from domain.bucketing import bucket
from domain.site import Site
from domain.targeting import Reason, decide
from domain.visits import Visit
from leadbright.plan_file import read_plan
from tests.config_compiler.folders import CASES, DEPLOYMENT, published, read
from tests.stand_in import RUNTIME

SITE = """
site: s
domains: [s.example]
timezone: Europe/Berlin
goals: [{key: g, on: {click: p}}]
layers: [{key: home}]
"""
ARMS = """
goals: {primary: g}
variations: [{key: a, weight: 50%}, {key: b, weight: 50%, changes: [{select: p, add-class: c}]}]
"""


def site(more: str = "", **experiments: str) -> Site:
    files = {f"experiments/{k}.yaml": f"experiment: {k}\nstatus: running\n{v}\n{ARMS}" for k, v in experiments.items()}
    checked = check_site(Source({"site.yaml": SITE + more, **files}))
    assert not isinstance(checked, Rejected), checked.findings
    return checked.site


@pytest.mark.parametrize("case", sorted(CASES.glob("*/published")), ids=lambda path: path.parent.name)
def test_beside_a_plan_the_same_is_said_as_beside_its_site(case: Path) -> None:
    site = published(case.parent)
    assert site is not None
    beside = [check_site(read(case.parent), live) for live in (site, plan_site(site))]
    assert [finding.message for finding in beside[0].findings] == [finding.message for finding in beside[1].findings]


def test_a_published_plan_is_read_back_as_it_was_compiled() -> None:
    for case in ("language", "shop"):
        result = compile_site(read(CASES / case), None, RUNTIME, DEPLOYMENT)
        assert isinstance(result, Compiled)
        assert read_plan(canonical(plan_json(result.plan))) == result.plan


TIMES = (
    ("2026-12-01T09:00", "2026-12-01T08:00"),
    ("2026-07-01 09:00", "2026-07-01T07:00"),
    ("2026-07-01", "2026-06-30T22:00"),
    ("2026-03-29T01:59", "2026-03-29T00:59"),
    ("2026-03-29T03:00", "2026-03-29T01:00"),
    ("2026-10-25T02:30", "2026-10-25T00:30"),
    ("2026-10-25T03:00", "2026-10-25T02:00"),
)


@pytest.mark.parametrize(("written", "utc"), TIMES)
def test_a_time_is_the_sites_own_and_the_first_of_two(written: str, utc: str) -> None:
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp()
    assert minute_of(written, time_zone("Europe/Berlin")) == expected // 60


@pytest.mark.parametrize("written", ["2026-03-29T02:00", "2026-03-29T02:59", "2026-13-01", "soon", "2026-01-01T24:00"])
def test_a_time_that_clocks_never_show_is_refused(written: str) -> None:
    assert isinstance(minute_of(written, time_zone("Europe/Berlin")), Flaw)


def test_experiments_of_a_layer_share_no_visitor() -> None:
    share = "layer: {key: home, share: 30%}"
    plan = plan_site(site(b=share, a=share + "\ntraffic: 50%", c="layer: {key: home, share: 40%}"))
    assert [(x.layer and (x.layer.start, x.layer.end)) for x in plan.experiments] == [
        (0, 1500),
        (3000, 6000),
        (6000, 10000),
    ]
    seeds = [f"{n * 2654435761 % 2**32:08x}" for n in range(2000)]
    for seed in seeds:
        got = [d for d in decide(plan, Visit("https://s.example/"), seed, {}).values() if d.variation]
        place = bucket("home/layer", seed)
        assert len(got) == (0 if 1500 <= place < 3000 else 1)


def test_drafts_and_stopped_experiments_take_no_part_of_a_layer() -> None:
    definition = site(a="layer: {key: home, share: 60%}")
    stopped = site(a="layer: {key: home, share: 60%}", b="layer: {key: home, share: 40%}")
    assert set(layer_ranges(definition.experiments)) == {"a"}
    assert set(layer_ranges(stopped.experiments)) == {"a", "b"}


def test_a_phase_is_a_run_of_its_own() -> None:
    assert [x.run for x in plan_site(site(a="", b="phase: 1", c="phase: 2")).experiments] == ["a", "b", "c#2"]


def test_an_experiment_runs_from_its_start_until_before_its_end() -> None:
    plan = plan_site(site(a='schedule: {start: "2026-12-01T09:00", end: "2026-12-01T10:00"}'))
    start = plan.experiments[0].start
    assert start is not None
    reasons = [
        next(iter(decide(plan, Visit("https://s.example/", now=start + at), "0badcafe", {}).values())).reason
        for at in (-1, 0, 59, 60)
    ]
    assert reasons == [Reason.NOT_YET, Reason.ASSIGNED, Reason.ASSIGNED, Reason.OVER]


def test_who_is_held_out_gets_nothing_not_even_what_was_kept() -> None:
    plan = plan_site(site("holdout: 100%\n", a=""))
    got = decide(
        plan, Visit("https://s.example/"), "0badcafe", {plan.experiments[0].run: plan.experiments[0].arms[0].key}
    )
    assert {d.reason for d in got.values()} == {Reason.HOLDOUT}


def test_countries_are_guessed_by_the_zones_that_lie_in_them() -> None:
    assert {"DE", "GB", "US", "IN"} <= countries().keys()
    zones = dict(zones_of(["IN", "NO"]))
    assert zones["Asia/Kolkata"] == zones["Asia/Calcutta"] == "IN"
    assert zones["Europe/Oslo"] == "NO"
    assert "Europe/Berlin" not in zones


def test_only_zones_of_countries_that_are_asked_for_are_published() -> None:
    plan = plan_site(site(a="audience: {not: {country: AT}}", b="audience: {device: mobile}"))
    assert plan.zones == (("Europe/Vienna", "AT"),)


SPELT = (
    ("weekday", "Sat", "6"),
    ("weekday", "monday", "1"),
    ("weekday", "7", "7"),
    ("language", "PT-br", "pt-BR"),
    ("language", "zh-hant-TW", "zh-Hant-TW"),
    ("host", "Shop.Example", "shop.example"),
    ("path", "/straße", "/stra%C3%9Fe"),
    ("cookie.Plan", "Pro", "Pro"),
)


@pytest.mark.parametrize(("field", "written", "meant"), SPELT)
def test_a_value_is_spelt_as_browsers_do(field: str, written: str, meant: str) -> None:
    subject = subject_of(field)
    assert not isinstance(subject, Flaw)
    assert value_flaw(subject, written) is None
    assert canonical_value(subject, written) == meant


def test_an_arm_of_sections_weighs_the_product() -> None:
    result = compile_site(read(CASES / "language"), None, RUNTIME, DEPLOYMENT)
    assert isinstance(result, Compiled)
    arms = next(x for x in result.plan.experiments if x.key == "longer").arms
    assert {a.key: a.weight for a in arms} == {
        "long-blue": 3500,
        "long-red": 1500,
        "short-blue": 3500,
        "short-red": 1500,
    }


def test_a_style_sheet_is_published_without_comments_on_one_line() -> None:
    assert (
        canonical_css(" a{b:c}/* x */\n\n@media print{ a{ b:'/* y */' } } ")
        == 'a{b:c} @media print{ a{ b:"/* y */" } }'
    )


@pytest.mark.parametrize("code", ["f('}')", "a // {\nb", "a /* ( */", 'x="\\""', "x=`}`", "if(a){b()}"])
def test_a_script_is_taken(code: str) -> None:
    assert script_flaw(code) is None


@pytest.mark.parametrize("code", ["}", "f(", "'", "`${a}`", "/*", "</SCRIPT>", " ", "a" * 20_001, "(]"])
def test_a_script_that_could_reach_out_is_refused(code: str) -> None:
    assert script_flaw(code)


def test_a_script_is_published_in_ascii() -> None:
    assert ascii_code("'ü🙂'") == "'\\u00fc\\ud83d\\ude42'"
