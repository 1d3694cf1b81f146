"""A site's `lb.js` holds of the snippet what its plan uses, and nothing else."""

from __future__ import annotations

import json
import re

import pytest

from config_compiler.compiler import Compiled, compile_site
from config_compiler.link import USED_WHEN
from config_compiler.source import Source
from config_compiler.template import Choice, Part, Runtime, Value, written
from domain.artifact import digest_of
from leadbright.runtime import load_runtime
from tests.config_compiler.folders import CASES, DEPLOYMENT, read
from tests.stand_in import RUNTIME

SITE = "site: s\ndomains: [s.example]\nsingle-page: off\n"
EXPERIMENT = """
experiment: x
status: running
goals: {primary: g}
variations: [{key: a, weight: 50%}, {key: b, weight: 50%, changes: [CHANGE]}]
"""


def compiled(site: str, change: str = "", runtime: Runtime = RUNTIME, more: str = "") -> Compiled:
    files = {"site.yaml": SITE + site}
    if change:
        files["experiments/x.yaml"] = EXPERIMENT.replace("CHANGE", change) + more
    result = compile_site(Source(files), None, runtime, DEPLOYMENT)
    assert isinstance(result, Compiled)
    return result


def script(result: Compiled) -> str:
    return next(a.body.decode() for a in result.artifacts.artifacts if a.name == "lb.js")


CLICK = "goals: [{key: g, on: {click: p}}]\n"
USED: tuple[tuple[str, str, set[str]], ...] = (
    ("", "", set()),
    ("consent: required\nhonour: []\n", "", {"consent"}),
    (CLICK, "", {"goals", "click"}),
    ("goals: [{key: g, on: {visit: /}}]\n", "", {"goals", "visit"}),
    ("goals: [{key: g, on: {event: e}}]\n", "", {"goals", "event"}),
    ("goals: [{key: g, on: {submit: form}}]\n", "", {"goals", "submit"}),
    (CLICK, "{select: p, hide: true}", {"experiments", "style", "goals", "click"}),
    (CLICK, "{select: p, add-class: c}", {"experiments", "ops", "class", "goals", "click"}),
    (CLICK, "{select: p, text: t}", {"experiments", "style", "ops", "goals", "click"}),
    (CLICK, "{select: p, append: t}", {"experiments", "ops", "insert", "goals", "click"}),
    (CLICK, "{select: p, move: {after: q}}", {"experiments", "ops", "insert", "goals", "click"}),
    (CLICK, "{css: 'p{color:red}'}", {"experiments", "style", "goals", "click"}),
    (f"holdout: 5%\n{CLICK}", "{css: 'p{color:red}'}", {"experiments", "holdout", "style", "goals", "click"}),
    (f"scripts: allowed\n{CLICK}", "{script: f()}", {"experiments", "ops", "script", "goals", "click"}),
)


def used(result: Compiled) -> set[str]:
    return set(re.findall(r"/\*(\w+)\*/", script(result)))


@pytest.mark.parametrize(("site", "change", "features"), USED)
def test_a_site_pays_for_what_it_uses(site: str, change: str, features: set[str]) -> None:
    signals = set() if "honour" in site else {"gpc", "dnt"}
    assert used(compiled(site, change)) == features | signals


def test_a_site_pays_for_audiences_and_redirects_where_it_has_them() -> None:
    more = "audience: {device: mobile}\npages: {include: [/a]}\n"
    result = compiled(f"honour: []\n{CLICK}", "{redirect: /b}", more=more)
    assert used(result) == {"experiments", "who", "style", "redirect", "goals", "click"}


def test_a_site_pays_for_changes_of_address_unless_they_are_off() -> None:
    site = SITE.replace("single-page: off\n", "")
    for single_page in ("", "single-page: auto"):
        result = compile_site(Source({"site.yaml": f"{site}{single_page}\n"}), None, RUNTIME, DEPLOYMENT)
        assert isinstance(result, Compiled)
        assert "navigation" in used(result)
        assert result.plan.single_page


TAKING_PART: tuple[tuple[str, set[str]], ...] = (
    ("pages: {include: [/a]}\n", set()),
    ("pages: {include: [/a, '/b/*']}\n", {"patterns"}),
    ("pages: {include: ['/b/*'], exclude: [/b/c]}\n", {"patterns", "excluded"}),
    ("pages: {include: [{path: /a, query: {b: c}}]}\n", {"queries"}),
    ("traffic: 50%\n", {"shares"}),
    ('schedule: {start: "2026-12-01T09:00"}\n', {"schedules"}),
    ('schedule: {end: "2026-12-01T09:00"}\n', {"schedules"}),
)


@pytest.mark.parametrize(("more", "features"), TAKING_PART)
def test_a_site_pays_for_how_it_chooses_pages_and_visitors(more: str, features: set[str]) -> None:
    result = compiled(f"honour: []\n{CLICK}", "{css: 'p{color:red}'}", more=more)
    assert used(result) == {"experiments", "style", "goals", "click", *features}


def test_an_audience_of_everybody_costs_nothing() -> None:
    result = compiled(CLICK, "{select: p, hide: true}", more="audience: {visitor: [new, returning]}\n")
    assert "who" not in used(result)


CALLING = Runtime(
    parts=(("1",), ("2+", Part(0)), ("3",), ()),
    start=(Choice("goals", ("f(", Part(1), ")"), ("g(", Value("tz"), ")")), Part(3)),
    names=("A", "B", "C", "D"),
)


@pytest.mark.parametrize(
    ("uses", "text"),
    [(["goals"], "let A=1,B=2+A,C;f(B)C"), ([], 'let A;g("UTC")A')],
)
def test_a_part_is_taken_where_something_taken_calls_it(uses: list[str], text: str) -> None:
    assert "".join(piece.text for piece in written(CALLING, uses, {"tz": '"UTC"'})) == text


def test_every_byte_belongs_to_a_feature_that_is_used() -> None:
    pieces = written(CALLING, ["goals"], {})
    assert [piece for piece in pieces if piece.owner == "core"] == [("core", text) for text in (",C", ";", "C")]
    assert {piece.owner for piece in pieces} == {"core", "goals"}


def test_parts_have_names_of_their_own() -> None:
    runtime = load_runtime()
    assert len(set(runtime.names)) == len(runtime.names) >= len(runtime.parts)
    assert all(re.fullmatch("[a-z_$]{1,2}", name) for name in runtime.names)


def test_a_runtime_of_another_version_is_refused() -> None:
    with pytest.raises(LookupError, match="dnt"):
        compiled("", runtime=Runtime((), ()))
    with pytest.raises(LookupError, match="telepathy"):
        compiled("", runtime=Runtime((), (*RUNTIME.start, Choice("telepathy", ("",)))))


def test_the_built_snippet_asks_what_the_linker_answers() -> None:
    assert load_runtime().features() == USED_WHEN.keys()


def test_the_script_carries_the_plan_and_its_digest() -> None:
    result = compiled("name: </script>\n" + CLICK, '{select: p, html: "<b>\\u2028€</b>"}')
    config, lb, _ = (artifact.body for artifact in result.artifacts.artifacts)
    carried = dict(re.findall(r"/\*(\w+)=\*/\((.*?)\);", lb.decode("ascii")))
    assert "<" not in lb.decode()
    assert json.loads(carried["goals"]) == json.loads(config)["goals"]
    html = r'"\u003cb>\u2028\u20ac\u003c/b>"'
    # What says nothing is left out: JavaScript takes an empty place for undefined.
    assert carried["experiments"] == f'[["x",[["a",5000],["b",5000,,["p"],[["html","p",{html}]]]],["g"]]]'
    assert json.loads(carried["digest"]) == digest_of(config)


def test_artifacts_are_canonical_json() -> None:
    for artifact in compiled(CLICK, '{select: p, text: "Grüße"}').artifacts.artifacts:
        if artifact.name.endswith(".json"):
            value = json.loads(artifact.body)
            again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            assert artifact.body.decode() == again


def test_the_built_snippet_has_what_the_shop_needs() -> None:
    runtime = load_runtime()
    result = compile_site(read(CASES / "shop"), None, runtime, DEPLOYMENT)
    assert isinstance(result, Compiled)
    assert re.fullmatch(r"//# allFunctionsCalledOnLoad\ntry\{let \S+=.*\}catch\{\}\n", script(result), re.DOTALL)
