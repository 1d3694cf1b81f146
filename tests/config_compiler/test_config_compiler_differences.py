"""What a new release changes for visitors, as `publish --dry-run` says it: a sentence for each edit."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from config_compiler.checking import Checked, check_site
from config_compiler.differences.comparing import Side, compare
from config_compiler.differences.difference import LONGEST, Difference, Kind
from config_compiler.lower import Lowered, RelayRules, lower
from config_compiler.source import Source
from domain import condition
from domain.condition import Field, OneOf, Subject
from domain.names import GoalKey, RunName, VariationKey
from domain.plan import Arm, LayerRange, Op, PageTest, Plan, PlannedExperiment, PlannedGoal
from domain.site import Consent, Signal, Site

SITE = """site: shop
name: Shop
domains: [shop.example]
layers: [{key: home}]
goals:
  - {key: signup, on: {click: "#signup"}}
  - {key: purchase, on: {event: purchase}, value: amount, currency: EUR, cap: 500}
"""

HERO = """experiment: hero
status: running
pages: {include: ["/"]}
goals: {primary: signup}
variations:
  - {key: control, weight: 50%}
  - key: bold
    weight: 50%
    changes:
      - {select: "h1", text: "Buy now"}
      - {select: "#cta", style: {color: red}}
"""

CALM = HERO.replace("hero", "calm").replace('["/"]', '["/calm"]')


def meant(*files: str) -> tuple[Site, Lowered]:
    """The site that a definition means, and what is made of it."""
    named = {f"experiments/{text.split()[1]}.yaml": text for text in files[1:]}
    answer = check_site(Source({"site.yaml": files[0], **named}))
    assert isinstance(answer, Checked), answer.findings
    return answer.site, lower(answer.site, "https://relay.example")


def said(before: tuple[str, ...], after: tuple[str, ...], ran: tuple[PlannedExperiment, ...] = ()) -> list[str]:
    """Every sentence about the way from one definition to another."""
    _, old = meant(*before)
    site, new = meant(*after)
    now, then = (Side(each.plan, each.rules, str(each.plan).encode()) for each in (old, new))
    return [each.sentence for each in compare(now, then, site, ran)]


IN_HERO = [
    (("weight: 50%}", "weight: 40%}"), ("    weight: 50%", "    weight: 60%")),
    (('"Buy now"', '"Buy today"'),),
    (("color: red", "color: blue"),),
    (('      - {select: "h1", text: "Buy now"}\n', ""),),
    (('text: "Buy now"}', 'text: "Buy now"}\n      - {select: ".x", remove: true}'),),
    (("status: running", "status: paused"),),
    (("status: running", "status: stopped"),),
    (("status: running", "status: draft"),),
    (("status: running", "status: running\nphase: 2"), ('"Buy now"', '"Buy today"')),
    (('["/"]', '["/", "/landing/*"], exclude: ["/landing/old"]'),),
    (("status: running", "status: running\naudience: {device: mobile}"),),
    (("status: running", "status: running\ntraffic: 12.5%"),),
    (("status: running", 'status: running\nschedule: {start: "2026-12-01T09:00"}'),),
    (("primary: signup", "primary: signup, guardrails: [purchase]"),),
    (("weight: 50%}", "weight: 50%}\n  - {key: none, weight: 0%}"),),
]
SAID_OF_HERO = [
    ["hero: control 50 % → 40 %, nobody moves", "hero: bold 50 % → 60 %, nobody moves"],
    ['hero: bold: text of h1 "Buy now" → text of h1 "Buy today", nobody moves'],
    [
        'hero: bold: style "#cta{color:red!important}" → style "#cta{color:blue!important}", nobody moves',
    ],
    ['hero: bold no longer changes: text of h1 "Buy now", nobody moves'],
    ["hero: bold also changes: remove .x, nobody moves"],
    ["hero: is paused, its visitors see the original"],
    ["hero: is stopped, its visitors see the original"],
    [
        "hero: is a draft again, its visitors see the original",
        "site: experiments that relays count: hero (control/bold) → none",
    ],
    [
        "hero: phase 1 → 2, everybody is dealt out anew and counted apart",
        'hero: bold: text of h1 "Buy now" → text of h1 "Buy today"',
        "site: experiments that relays count: hero (control/bold) → hero#2 (control/bold)",
    ],
    ["hero: pages / → /, /landing/* but /landing/old, nobody moves"],
    ["hero: audience everybody → device is mobile, nobody moves"],
    ["hero: traffic 100 % → 12.5 %, nobody moves"],
    ["hero: begins at once → 2026-12-01T09:00Z, nobody moves"],
    ["hero: judged by signup → signup, purchase"],
    [
        "hero: new variation none 0 %, nobody moves",
        "site: experiments that relays count: hero (control/bold) → hero (control/none/bold)",
    ],
]


@pytest.mark.parametrize(("edits", "sentences"), list(zip(IN_HERO, SAID_OF_HERO, strict=True)))
def test_an_edit_of_an_experiment_is_said_as_what_visitors_notice(
    edits: tuple[tuple[str, str], ...], sentences: list[str]
) -> None:
    edited = HERO
    for old, new in edits:
        assert old in edited
        edited = edited.replace(old, new, 1)
    assert said((SITE, HERO), (SITE, edited)) == sentences


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        ("name: Shop", "name: Shop\nconsent: required", ["site: consent none → required"]),
        ("name: Shop", "name: Shop\nhonour: [gpc]", ["site: honoured signals gpc, dnt → gpc"]),
        ("name: Shop", "name: Shop\ntimezone: Europe/Berlin", ["site: time zone UTC → Europe/Berlin"]),
        ("name: Shop", "name: Shop\nsingle-page: off", ["site: single-page auto → off"]),
        ("name: Shop", "name: Shop\nengagement: on", ["site: engagement off → on"]),
        ("name: Shop", "name: Shop\nholdout: 5%", ["site: holdout 0 % → 5 %, who is held out now sees the original"]),
        ("[shop.example]", "[shop.example, a.example]", ["site: domains shop.example → shop.example, a.example"]),
        ("cap: 500", "cap: 750.5", ["site: cap of goal purchase: 500.00 → 750.50"]),
        ("cap: 500", "cap: 500}\n  - {key: lead, on: {submit: form}", ["site: new goal lead: submit form"]),
        (
            '{click: "#signup"}',
            '{click: "#join"}',
            ["site: goal signup: click #signup → click #join"],
        ),
        (
            "  - {key: purchase, on: {event: purchase}, value: amount, currency: EUR, cap: 500}\n",
            "",
            ["site: goal purchase is gone: event purchase, value amount (2 digits)"],
        ),
    ],
)
def test_an_edit_of_the_site_is_said(old: str, new: str, sentences: list[str]) -> None:
    assert old in SITE
    assert said((SITE, HERO), (SITE.replace(old, new), HERO)) == sentences


def test_experiments_begin_end_and_come_back() -> None:
    came = said((SITE, HERO), (SITE, CALM))
    assert came[:2] == [
        "calm: starts with control 50 %, bold 50 %",
        "hero: is taken out, its visitors see the original",
    ]
    ran = meant(SITE, HERO)[1].plan.experiments
    back = said((SITE, HERO.replace("running", "paused")), (SITE, HERO.replace("Buy now", "Go")), ran)
    assert back == [
        "hero: runs again with control 50 %, bold 50 %, nobody moves",
        'hero: bold: text of h1 "Buy now" → text of h1 "Go", nobody moves',
    ]
    anew = HERO.replace("running", "running\nphase: 2")
    assert said((SITE, HERO.replace("running", "paused")), (SITE, anew), ran)[0] == (
        "hero: starts with control 50 %, bold 50 %"
    )


def test_what_is_taken_from_whoever_has_it_is_said_to_move_them() -> None:
    other = HERO.replace("key: bold", "key: loud")
    assert said((SITE, HERO), (SITE, other))[:2] == [
        "hero: new variation loud 50 %, nobody moves",
        "hero: variation bold is gone; it had 50 %, who has it is dealt out anew",
    ]
    turned = HERO.replace("  - {key: control, weight: 50%}\n", "") + "  - {key: control, weight: 50%}\n"
    assert said((SITE, HERO), (SITE, turned))[0] == (
        "hero: order of variations control, bold → bold, control, who has no variation yet is dealt out anew"
    )


def in_layer(text: str, share: str, traffic: str = "100%") -> str:
    return text.replace("running", f"running\ntraffic: {traffic}\nlayer: {{key: home, share: {share}}}")


@pytest.mark.parametrize(
    ("before", "after", "moves"),
    [
        (in_layer(HERO, "40%"), in_layer(HERO, "60%"), "nobody moves"),
        (in_layer(HERO, "40%"), in_layer(HERO, "40%", "50%"), "nobody moves"),
        (in_layer(HERO, "40%"), in_layer(HERO, "20%"), "who has no variation yet is dealt out anew"),
        (HERO, in_layer(HERO, "20%"), "who has no variation yet is dealt out anew"),
    ],
)
def test_a_place_in_a_layer_that_grows_moves_nobody(before: str, after: str, moves: str) -> None:
    (sentence,) = said((SITE, before), (SITE, after))
    assert sentence.startswith("hero: place in its layer ")
    assert sentence.endswith(f", {moves}")


def test_the_same_definition_differs_in_nothing() -> None:
    assert said((SITE, HERO, CALM), (SITE, HERO, CALM)) == []


def test_other_code_for_the_same_plan_is_a_difference() -> None:
    site, lowered = meant(SITE, HERO)
    old, new = (Side(lowered.plan, lowered.rules, b"x" * size) for size in (4999, 5000))
    assert [each.sentence for each in compare(old, new, site, ())] == ["site: code of lb.js 4,999 bytes → 5,000 bytes"]


OTHER: dict[type[Any], dict[str, Any]] = {
    Plan: {
        "relay": "https://other.example",
        "timezone": "Asia/Tokyo",
        "consent": Consent.REQUIRED,
        "honour": (Signal.GPC,),
        "cookie_domains": ("other.example",),
        "goals": (PlannedGoal(GoalKey("other"), "visit", PageTest("~", "x", (("a", "b"),))),),
        "experiments": (),
        "holdout": 1,
        "engagement": True,
        "zones": (("Europe/Berlin", "DE"),),
        "single_page": False,
    },
    PlannedExperiment: {
        "run": RunName("hero#2"),
        "include": (PageTest("^", "/x"),),
        "exclude": (PageTest("@", "x"),),
        "traffic": 1,
        "goals": (GoalKey("other"),),
        "arms": (),
        "who": condition.Test(Subject(Field.COUNTRY), OneOf(("DE", "AT"))),
        "start": 1,
        "end": 1,
        "layer": LayerRange("home", 0, 1),  # type: ignore[arg-type]
    },
    Arm: {
        "key": VariationKey("other"),
        "weight": 1,
        "css": "p{color:red}",
        "guards": ("p",),
        "ops": (Op("attribute", "img", "alt"), Op("move", "p", "before", "q"), Op("insert", "p", "append", "x")),
        "redirect": "/b",
    },
}
"""Another value for every member of a plan but the site's key, which is what both have in common."""


def changed(plan: Plan, part: type[Any], name: str) -> Plan:
    """The plan with one member of it, of its experiment or of its second variation changed."""
    if part is Plan:
        return replace(plan, **{name: OTHER[Plan][name]})
    (hero,) = plan.experiments
    if part is PlannedExperiment:
        return replace(plan, experiments=(replace(hero, **{name: OTHER[part][name]}),))
    arms = (hero.arms[0], replace(hero.arms[1], **{name: OTHER[Arm][name]}))
    return replace(plan, experiments=(replace(hero, arms=arms),))


@pytest.mark.parametrize(
    ("part", "name"),
    [(part, field.name) for part in OTHER for field in fields(part) if (part, field.name) != (Plan, "site")],
)
def test_no_member_of_a_plan_can_differ_unsaid(part: type[Any], name: str) -> None:
    site, lowered = meant(SITE, HERO)
    now = Side(lowered.plan, lowered.rules, b"now")
    new = Side(changed(lowered.plan, part, name), lowered.rules, b"new")
    found = compare(now, new, site, ())
    assert found
    assert all(each.before != each.after for each in found)


@pytest.mark.parametrize("name", [field.name for field in fields(RelayRules) if field.name not in ("site", "timezone")])
def test_nothing_that_relays_are_told_can_differ_unsaid(name: str) -> None:
    site, lowered = meant(SITE, HERO)
    other = {
        "domains": ("other.example",),
        "experiments": (),
        "caps": ((GoalKey("signup"), 5), (GoalKey("purchase"), 0)),
    }
    now = Side(lowered.plan, lowered.rules, b"")
    assert compare(now, replace(now, rules=replace(lowered.rules, **{name: other[name]})), site, ())  # type: ignore[arg-type]


def test_long_texts_are_cut_to_where_they_differ() -> None:
    same = "word " * 100
    sentence = Difference("hero", Kind.CHANGE, "bold", f"{same}one {same}", f"{same}two {same}").sentence
    assert "word one word" in sentence
    assert "word two word" in sentence
    assert len(sentence) < 3 * LONGEST


def test_every_kind_says_what_it_is_about() -> None:
    for kind in Kind:
        sentence = Difference("hero", kind, "NAME", "BEFORE", "AFTER").sentence
        assert sentence.startswith("hero: ")
        assert "BEFORE" in sentence or "AFTER" in sentence


def test_a_long_list_that_grew_shows_what_it_grew_by() -> None:
    pages = [f"/page-{n}" for n in range(40)]
    before, after = ", ".join(pages[:-1]), ", ".join(pages)
    assert Difference("hero", Kind.CHANGE, "pages", before, after).said.endswith("/page-38, /page-39")
    assert Difference("hero", Kind.CHANGE, "pages", after, before).said.endswith("/page-38")
