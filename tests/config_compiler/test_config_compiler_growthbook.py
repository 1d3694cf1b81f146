"""What GrowthBook hands out, as a definition: what is carried over, what is said of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config_compiler.compiler import Checked, check_site, plan_site
from config_compiler.imports.growthbook import imported
from config_compiler.imports.left_out import Imported
from config_compiler.source import Source
from domain.experiment import Status
from domain.site import Site
from leadbright.cli import APP

VISUAL: dict[str, object] = {
    "key": "Hero Headline",
    "name": "Shorter headline",
    "status": "running",
    "changeId": "c1",
    "coverage": 0.5,
    "weights": [0.3334, 0.3333, 0.3333],
    "hashAttribute": "id",
    "namespace": ["home page", 0, 0.4],
    "meta": [{"key": "0", "name": "Control"}, {"key": "1", "name": "Bold"}, {"key": "2"}],
    "condition": {"deviceType": "mobile", "country": {"$in": ["DE", "AT"]}, "plan": {"$ne": "pro"}},
    "urlPatterns": [
        {"include": True, "type": "simple", "pattern": "https://shop.example/landing"},
        {"include": True, "type": "regex", "pattern": "^/p/[0-9]+$"},
        {"include": False, "type": "simple", "pattern": "/landing/old/*"},
    ],
    "variations": [
        {},
        {
            "css": "h1 { color: red }",
            "domMutations": [
                {"selector": "h1", "action": "set", "attribute": "html", "value": "Buy <b>now</b>"},
                {"selector": "h1", "action": "append", "attribute": "class", "value": "big bold"},
                {"selector": "a.cta", "action": "set", "attribute": "style", "value": "color: red; width: 10px"},
                {"selector": "img", "action": "set", "attribute": "src", "value": "/b.jpg"},
                {"selector": "img", "action": "remove", "attribute": "title"},
                {"selector": "#b", "action": "set", "attribute": "position", "insertBeforeSelector": "#a"},
            ],
        },
        {"domMutations": [{"selector": "h1", "action": "append", "attribute": "html", "value": "<i>!</i>"}]},
    ],
}


def site_of(made: Imported) -> Site:
    answer = check_site(Source(made.files))
    assert isinstance(answer, Checked), answer.findings
    return answer.site


def notes(made: Imported) -> str:
    return "\n".join(map(str, made.left_out))


def one(**members: object) -> Imported:
    """The import of one experiment that has these members."""
    return imported({"experiments": [{"key": "x", "variations": [{}, {}], **members}]}, "shop", ["shop.example"])


def test_a_visual_experiment_is_carried_over_whole() -> None:
    made = imported({"features": {}, "experiments": [VISUAL]}, "shop")
    hero = site_of(made).experiments[0]
    assert [v.key for v in hero.variations] == ["control", "bold", "variation-2"]
    assert [v.weight for v in hero.variations] == [3334, 3333, 3333]
    assert (hero.status, hero.traffic) == (Status.DRAFT, 5000)
    assert [len(v.changes) for v in hero.variations] == [0, 8, 1]
    assert site_of(made).domains == ("shop.example",)
    assert "- {key: home-page}" in made.files["site.yaml"]
    assert "layer: {key: home-page, share: 40%}" in made.files["experiments/hero-headline.yaml"]
    assert {each.what for each in made.left_out} == {'the attribute "plan"', "who has which variation", "the metrics"}


def test_files_read_as_if_somebody_had_written_them() -> None:
    text = imported({"experiments": [VISUAL]}, "shop").files["experiments/hero-headline.yaml"]
    assert '\npages:\n  include: ["https://shop.example/landing", ' in text
    assert "\naudience: {all: [{device: mobile}, {country: [DE, AT]}, {data.plan: {not: pro}}]}\n" in text
    assert '\n      - {select: h1, html: "Buy <b>now</b>"}\n' in text
    assert "\n      - {select: img, attributes: {title: null}}\n" in text
    assert '\n      - {select: "#b", move: {before: "#a"}}\n' in text
    assert "\n  - {key: control, weight: 33.34%}\n" in text


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        ({"browser": "chrome"}, "{browser: chrome}"),
        (
            {"$or": [{"path": {"$regex": "^/a"}}, {"utmSource": "x"}]},
            '{any: [{path: {matches: "^/a"}}, {query.utm_source: x}]}',
        ),
        ({"$not": {"country": "DE"}}, "{not: {country: DE}}"),
        ({"age": {"$gte": 18, "$lte": 30}}, '{data.age: {gte: "18", lte: "30"}}'),
        ({"n": {"$gt": 18}}, '{data.n: {exists: true, not: {lte: "18"}}}'),
        ({"n": {"$nin": ["a", 1, True]}}, '{data.n: {not: [a, "1", "true"]}}'),
        ({"n": {"$ne": None}}, "{data.n: {exists: true}}"),
        ({"n": {"$eq": None}}, "{data.n: {exists: false}}"),
        ({"n": {"$not": {"$exists": True}}}, "{data.n: {not: {exists: true}}}"),
    ],
)  # fmt: skip
def test_a_condition_is_asked_here_too(condition: object, written: str) -> None:
    made = one(condition=condition)
    site_of(made)
    assert f"audience: {written}\n" in made.files["experiments/x.yaml"]


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"condition": {"n": {"$elemMatch": {"$eq": 1}}}}, "its condition"),
        ({"condition": {"n": {"$gt": 1, "$lt": 5}}}, "its condition"),
        ({"condition": {"id": {"$inGroup": "staff"}}}, "its condition"),
        ({"condition": {"n": {"$in": []}}}, "its condition"),
        ({"condition": {"n": {"$ini": ["a"]}}}, "its condition"),
        ({"condition": {"url": {"$regex": "/a"}}}, "its condition"),
        ({"condition": {"country": None}}, "its condition"),
        ({"condition": {"country": "Germany"}}, "its condition"),
        ({"condition": {"$and": [{}]}}, "its condition"),
        ({"urlPatterns": [{"type": "regex", "pattern": r"example\.com/a"}]}, "where it runs"),
        ({"urlPatterns": [{"type": "regex", "pattern": "^/(a+)+$"}]}, 'the page "^/(a+)+$"'),
        ({"urlPatterns": [{"type": "simple", "pattern": "/a?b=*"}]}, 'the page "/a?b=*"'),
        ({"urlPatterns": [{"type": "simple", "pattern": "/a#b"}]}, 'the fragment of "/a#b"'),
        ({"variations": [{}, {"domMutations": [{"selector": "::x", "attribute": "html"}]}]}, '"set html" at "::x"'),
        ({"variations": [{}, {"domMutations": [{"selector": "a", "action": "append", "attribute": "href"}]}]},
         '"append href" at "a"'),
        ({"variations": [{}, {"domMutations": [{"selector": "a", "action": "set", "attribute": "onclick",
                                                "value": "x()"}]}]}, '"set onclick" at "a"'),
        ({"variations": [{}, {"css": "@import url(https://x.example/a.css)"}]}, "its css"),
        ({"variations": [{}]}, "the experiment"),
        ({"weights": [0.5, 0.1]}, "its weights"),
        ({"force": 1}, "the variation that everybody is given"),
        ({"namespace": ["n", 0.5, 0.5]}, 'the namespace "n"'),
        ({"namespace": ["n", 0, 0.5], "filters": [{"seed": "m", "ranges": [[0, 0.5]]}]}, 'the namespace "m"'),
        ({"filters": [{"seed": "n", "ranges": [[0, 0.9], [0, 0.9]]}]}, 'the namespace "n"'),
    ],
)  # fmt: skip
def test_what_has_no_twin_is_named_and_the_rest_can_be_checked(members: dict[str, object], what: str) -> None:
    made = one(**members)
    site_of(made)
    assert what in {each.what for each in made.left_out}
    assert all(each.because and each.do for each in made.left_out)


def test_a_script_is_carried_over_and_said_aloud() -> None:
    made = one(variations=[{}, {"js": "document.title = 'x'"}])
    assert "scripts: allowed" in made.files["site.yaml"]
    assert "that scripts are forbidden" in notes(made)
    assert plan_site(site_of(made))


def test_a_feature_becomes_an_experiment_without_its_values() -> None:
    rules = [{"force": True, "condition": {"beta": True}}, {"key": "cta-test", "variations": [False, True]}]
    made = imported({"features": {"cta": {"defaultValue": False, "rules": rules}, "off": {}}}, "shop")
    assert set(made.files) == {"site.yaml", "experiments/cta-test.yaml"}
    said = notes(made)
    assert 'could not carry over: the values of the feature "cta", because the site\'s own code reads them; ' in said
    assert "a rule that is no experiment" in said
    assert 'the feature "off"' in said
    assert "the site's domains" in said
    site_of(made)


def test_a_file_of_features_alone_is_read_too() -> None:
    rules = [{"condition": {"country": {"$in": ["DE", "FR"]}}, "variations": ["a", "b", "c"], "key": "words"}]
    made = imported({"banner": {"defaultValue": "a", "rules": rules}, "dark": {"defaultValue": False}}, "shop")
    assert set(made.files) == {"site.yaml", "experiments/words.yaml"}
    assert 'the feature "dark"' in notes(made)
    site_of(made)


def test_an_export_with_visual_changes_is_carried_over() -> None:
    export = {
        "experiment": {
            "id": "exp_1",
            "trackingKey": "hero",
            "hypothesis": "Less is more.",
            "variations": [{"variationId": "v0", "name": "As is"}, {"variationId": "v1", "name": "Bold"}],
            "phases": [
                {"coverage": 1},
                {
                    "coverage": 0.2,
                    "trafficSplit": [{"variationId": "v1", "weight": 0.4}, {"variationId": "v0", "weight": 0.6}],
                    "targetingCondition": '{"deviceType": "mobile"}',
                    "namespace": {"namespaceId": "top", "enabled": True, "range": [0.2, 0.5]},
                },
            ],
        },
        "visualChangesets": [
            {
                "experiment": "exp_1",
                "urlPatterns": [{"type": "simple", "pattern": "/", "include": True}],
                "visualChanges": [{"variation": "v1", "css": "h1{color:red}", "domMutations": []}],
            }
        ],
    }
    made = imported(export, "shop", ["shop.example"])
    assert site_of(made).experiments[0].traffic == 2000
    assert made.files["experiments/hero.yaml"].endswith(
        """audience: {device: mobile}
traffic: 20%
layer: {key: top, share: 30%}
goals: {primary: conversion}
variations:
  - {key: as-is, weight: 60%}
  - key: bold
    weight: 40%
    changes:
      - {css: "h1{color:red}"}
"""
    )


def test_a_payload_as_its_end_point_writes_it_is_carried_over() -> None:
    """With the members that are always there, empty ones too, and a namespace of several ranges."""
    common = {
        "hashVersion": 2, "hashAttribute": "id", "seed": "s1", "phase": "1", "coverage": 1, "weights": [0.5, 0.5],
        "meta": [{"key": "0", "name": "Original"}, {"key": "1", "name": "Other"}],
        "bucketVersion": 0, "minBucketVersion": 0, "disableStickyBucketing": False,
    }  # fmt: skip
    empty = {"css": "", "js": "", "domMutations": []}
    visual = {
        **common,
        "key": "banner",
        "changeId": "a1",
        "status": "running",
        "urlPatterns": [{"include": True, "type": "simple", "pattern": "*"}],
        "filters": [{"attribute": "id", "seed": "front page", "hashVersion": 2, "ranges": [[0, 0.2], [0.5, 0.6]]}],
        "condition": {"$and": [{"userId": {"$inGroup": "grp_1"}}, {"plan": None}, {"tier": {"$notInGroup": "grp_1"}}]},
        "variations": [empty, {**empty, "css": ".banner{display:none}"}],
    }
    moved = {
        **common,
        "key": "landing",
        "status": "running",
        "urlPatterns": [{"include": True, "type": "simple", "pattern": "https://shop.example/landing"}],
        "persistQueryString": True,
        "variations": [{"urlRedirect": ""}, {"urlRedirect": "https://shop.example/landing-b"}],
    }
    made = imported(
        {"status": 200, "features": {}, "experiments": [visual, moved], "savedGroups": {"grp_1": ["a", 7]}}, "shop"
    )
    site_of(made)
    banner, landing = (made.files[f"experiments/{key}.yaml"] for key in ("banner", "landing"))
    assert 'pages: {include: ["/*"]}\n' in banner
    assert (
        """
audience:
  all:
    - {data.userId: [a, "7"]}
    - {data.plan: {exists: false}}
    - {data.tier: {not: [a, "7"]}}
"""
        in banner
    )
    assert "layer: {key: front-page, share: 30%}" in banner
    assert "{key: original, weight: 50%}" in banner
    assert '- {redirect: "https://shop.example/landing-b"}' in landing
    assert {each.what for each in made.left_out if each.where} == {"that redirects keep the query"}


def test_an_export_with_redirects_and_groups_is_carried_over() -> None:
    export = {
        "experiments": [
            {
                "id": "exp_2",
                "trackingKey": "landing",
                "status": "stopped",
                "fallbackAttribute": "deviceId",
                "variations": [{"variationId": "v0", "name": "As is"}, {"variationId": "v1", "name": "New page"}],
                "resultSummary": {"status": "won", "releasedVariationId": "v1"},
                "phases": [
                    {
                        "coverage": 1,
                        "prerequisites": [{"id": "flag", "condition": "{}"}],
                        "savedGroupTargeting": [{"matchType": "all", "savedGroups": ["grp_1"]}],
                        "namespace": {"name": "top", "enabled": True, "ranges": [[0, 0.25], [0.5, 0.75]]},
                    }
                ],
            }
        ],
        "urlRedirects": [
            {
                "experiment": "exp_2",
                "urlPattern": "https://shop.example/landing",
                "destinationURLs": [{"variation": "v1", "url": "https://shop.example/new"}],
            }
        ],
    }
    made = imported(export, "shop")
    site_of(made)
    text = made.files["experiments/landing.yaml"]
    assert 'include: ["https://shop.example/landing", "https://shop.example/landing/"]' in text
    assert "layer: {key: top, share: 50%}" in text
    assert '- {redirect: "https://shop.example/new"}' in text
    assert {each.what for each in made.left_out if each.where} == {
        "its saved groups",
        "its second attribute to tell people apart by",
        "what it depends on",
        "the variation that everybody is given",
    }


def test_experiments_of_one_name_get_keys_of_their_own() -> None:
    made = imported({"experiments": [{"key": "x", "variations": [{}, {}]}] * 3}, "shop")
    assert set(made.files) == {"site.yaml", "experiments/x.yaml", "experiments/x-2.yaml", "experiments/x-3.yaml"}
    site_of(made)


def test_a_condition_without_bottom_is_refused_in_a_sentence() -> None:
    condition: object = {"n": 1}
    for _ in range(300):
        condition = {"$not": condition}
    assert "it is nested more than 8 deep" in notes(one(condition=condition))


def test_an_encrypted_payload_is_said_to_be_encrypted() -> None:
    assert "it is encrypted" in notes(imported({"encryptedFeatures": "abc"}, "shop"))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_MEMBERS = (
    "key",
    "name",
    "weights",
    "coverage",
    "condition",
    "namespace",
    "filters",
    "meta",
    "urlPatterns",
    "variations",
    "phases",
)
_WORD = st.sampled_from(["set", "html", "class", "h1", "append"]) | _JSON
_MUTATION = st.fixed_dictionaries({}, optional=dict.fromkeys(("selector", "action", "attribute", "value"), _WORD))
_EXPERIMENT = st.dictionaries(st.sampled_from(_MEMBERS), _JSON, max_size=6) | st.fixed_dictionaries(
    {"variations": st.lists(st.fixed_dictionaries({"domMutations": st.lists(_MUTATION, max_size=2)}), max_size=3)},
    optional={
        "urlPatterns": st.lists(st.fixed_dictionaries({"pattern": st.text(max_size=8)}), max_size=2),
        "key": _JSON,
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_EXPERIMENT, min_size=1, max_size=3))
def test_whatever_a_payload_holds_the_definition_can_be_checked(experiments: list[object]) -> None:
    site_of(imported({"experiments": experiments}, "shop"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(APP, ["import", "growthbook", *arguments])


def test_the_command_writes_a_folder_and_lists_the_rest(tmp_path: Path) -> None:
    (tmp_path / "payload.json").write_text(json.dumps({"experiments": [VISUAL]}), "utf-8")
    done = run(str(tmp_path / "payload.json"), "--out", str(tmp_path / "shop"), "--site", "shop")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "shop" / "experiments" / "hero-headline.yaml").is_file()
    assert done.stdout.endswith("1 experiments carried over, 3 notes\n")
    again = run(str(tmp_path / "payload.json"), "--out", str(tmp_path / "shop"))
    assert (again.exit_code, "exists already" in again.stderr) == (1, True)


@pytest.mark.parametrize("body", ["", "[]", "{", "[" * 100_000, '"\xff'])
def test_what_is_no_payload_ends_in_a_sentence(tmp_path: Path, body: str) -> None:
    (tmp_path / "payload.json").write_bytes(body.encode("latin-1"))
    done = run(str(tmp_path / "payload.json"), "--out", str(tmp_path / "shop"))
    assert (done.exit_code, done.stderr.startswith("cannot import ")) == (1, True), done.output
    assert not (tmp_path / "shop").exists()
