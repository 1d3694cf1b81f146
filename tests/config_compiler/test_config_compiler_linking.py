"""A site's `lb.js` holds the modules that its plan uses, in the runtime's order, and nothing else."""

from __future__ import annotations

import json
import re

import pytest

from config_compiler.compiler import Compiled, Runtime, RuntimeModule, compile_site
from config_compiler.source import Source
from domain.artifact import digest_of
from leadbright.runtime import load_runtime
from tests.config_compiler.folders import CASES, DEPLOYMENT, RUNTIME, read

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
TAKEN = (
    ("", "", ["core"]),
    (CLICK, "", ["goals", "click", "core"]),
    ("goals: [{key: g, on: {visit: /}}]\n", "", ["goals", "visit", "core"]),
    ("goals: [{key: g, on: {event: e}}]\n", "", ["goals", "event", "core"]),
    (CLICK, "{select: p, hide: true}", ["experiments", "style", "goals", "click", "core"]),
    (CLICK, "{select: p, add-class: c}", ["experiments", "ops", "goals", "click", "core"]),
    (CLICK, "{select: p, text: t}", ["experiments", "style", "ops", "goals", "click", "core"]),
    (CLICK, "{select: p, append: t}", ["experiments", "ops", "insert", "goals", "click", "core"]),
    (CLICK, "{select: p, move: {after: q}}", ["experiments", "ops", "insert", "goals", "click", "core"]),
    (CLICK, "{css: 'p{color:red}'}", ["experiments", "style", "goals", "click", "core"]),
    (f"scripts: allowed\n{CLICK}", "{script: f()}", ["experiments", "ops", "script", "goals", "click", "core"]),
    ("goals: [{key: g, on: {submit: form}}]\n", "", ["goals", "submit", "core"]),
)


@pytest.mark.parametrize(("site", "change", "modules"), TAKEN)
def test_a_site_pays_for_what_it_uses(site: str, change: str, modules: list[str]) -> None:
    assert re.findall(r"L\.(\w+)=1", script(compiled(site, change))) == modules


def test_a_site_pays_for_audiences_and_redirects_where_it_has_them() -> None:
    more = "audience: {device: mobile}\npages: {include: [/a]}\n"
    text = script(compiled(CLICK, "{redirect: /b}", more=more))
    assert re.findall(r"L\.(\w+)=1", text) == ["experiments", "who", "redirect", "goals", "click", "core"]


def test_a_site_pays_for_changes_of_address_unless_they_are_off() -> None:
    site = SITE.replace("single-page: off\n", "")
    for single_page, modules in (("", ["navigation", "core"]), ("single-page: auto", ["navigation", "core"])):
        result = compile_site(Source({"site.yaml": f"{site}{single_page}\n"}), None, RUNTIME, DEPLOYMENT)
        assert isinstance(result, Compiled)
        assert re.findall(r"L\.(\w+)=1", script(result)) == modules
        assert result.plan.single_page


def test_an_audience_of_everybody_costs_nothing() -> None:
    text = script(compiled(CLICK, "{select: p, hide: true}", more="audience: {visitor: [new, returning]}\n"))
    assert "who" not in text


def test_a_module_brings_what_it_needs_in_the_runtimes_order() -> None:
    needed = RuntimeModule("pages", "L.pages=1")
    rest = [RuntimeModule(m.name, m.code, ("pages",) if m.name == "visit" else ()) for m in RUNTIME.modules]
    text = script(compiled("goals: [{key: g, on: {visit: /}}]\n", runtime=Runtime((needed, *rest))))
    assert re.findall(r"L\.(\w+)=1", text) == ["pages", "goals", "visit", "core"]
    assert "pages" not in script(compiled(CLICK, runtime=Runtime((needed, *rest))))


def test_a_runtime_of_another_version_is_refused() -> None:
    with pytest.raises(LookupError, match="core"):
        compiled("", runtime=Runtime(()))


def test_the_script_carries_the_plan_and_its_digest() -> None:
    result = compiled("name: </script>\n" + CLICK, '{select: p, html: "<b>\\u2028€</b>"}')
    config, lb, _ = (artifact.body for artifact in result.artifacts.artifacts)
    carried = re.fullmatch(r"\(L=>\{.*\}\)\(\{p:(\{.*\}),d:\"([0-9a-f]{16})\"\}\)\n", lb.decode("ascii"), re.DOTALL)
    assert carried
    assert "<" not in carried[1]
    assert json.loads(carried[1]) == json.loads(config)
    assert carried[2] == digest_of(config)


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
    assert script(result).startswith("(L=>{")
