"""Before a release goes live its files are read back, and one that was made or changed wrongly is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from config_compiler.compiler import Compiled, Deployment, Rejected, compile_site
from config_compiler.emit import emit
from config_compiler.link import link
from config_compiler.lower import Lowered
from config_compiler.source import Source
from domain.artifact import ArtifactSet
from leadbright import runtime as built
from leadbright.cli import APP
from leadbright.definition_folder import read_definition, write_starter
from leadbright.doubts import Doubt, Refused
from leadbright.inspecting import Release, inspect
from leadbright.plan_file import read_plan
from leadbright.rules_file import read_rules
from tests.house.syntax_trees import ROOT

RUNTIME = built.load_runtime()
DEFINITIONS = [ROOT / "leadbright/demo/definition", *sorted((ROOT / "tests/cases").iterdir())]

SCRIPTS = """
site: shop
name: Shop
domains: [shop.example]
scripts: allowed
goals: [{key: buy, on: {click: "#buy"}}]
"""
RUNS = """
experiment: hero
name: Hero
status: running
traffic: 40%
pages: {include: ["/", "/a*b"]}
audience: {country: [DE, AT]}
goals: {primary: buy}
variations:
  - {key: control, weight: 30%}
  - {key: bold, weight: 70%, changes: [{script: 'document.title = "}]("; { /* ) */ }'}, {select: h1, text: "<b>ü"}]}
"""


def compiled(source: Source) -> ArtifactSet:
    made = compile_site(source, None, RUNTIME, Deployment("https://relay.example"))
    assert isinstance(made, Compiled), made.findings
    return made.artifacts


SHOP = compiled(Source({"site.yaml": SCRIPTS, "experiments/hero.yaml": RUNS}))


@pytest.mark.parametrize("folder", DEFINITIONS, ids=lambda folder: folder.name)
def test_whatever_the_compiler_makes_agrees_with_itself(folder: Path) -> None:
    try:
        made = compile_site(read_definition(folder), None, RUNTIME, Deployment("https://relay.example"))
    except UnicodeDecodeError:
        return
    if not isinstance(made, Rejected):
        found = inspect(made.artifacts, RUNTIME)
        assert isinstance(found, Release), found
        assert found.carried == made.plan


def test_scripts_are_no_hindrance() -> None:
    assert isinstance(inspect(SHOP, RUNTIME), Release)


def changed(name: str, change: Callable[[bytes], bytes]) -> ArtifactSet:
    """The shop's release with one file changed."""
    made = tuple(replace(a, body=change(a.body)) if a.name == name else a for a in SHOP.artifacts)
    assert made != SHOP.artifacts
    return ArtifactSet(SHOP.site, made)


def script_of(weight: int) -> ArtifactSet:
    """`lb.js` of another plan beside the shop's other files."""
    bodies = {a.name: a.body for a in SHOP.artifacts}
    plan = read_plan(bodies["config.json"])
    (hero,) = plan.experiments
    arms = (replace(hero.arms[0], weight=10_000 - weight), replace(hero.arms[1], weight=weight))
    other = replace(plan, experiments=(replace(hero, arms=arms),))
    lowered = Lowered(other, read_rules(bodies["relay.json"]), ("1",))
    made = {a.name: a.body for a in emit(link(lowered, RUNTIME)).artifacts}
    return changed("lb.js", lambda _: made["lb.js"])


def refusals() -> dict[str, tuple[ArtifactSet, Doubt]]:
    def without(name: str) -> Callable[[bytes], bytes]:
        def change(body: bytes) -> bytes:
            said = json.loads(body)
            del said[name]["hero" if name == "experiments" else "buy"]
            return json.dumps(said).encode()

        return change

    return {
        "a plan cut short": (changed("config.json", lambda body: body[:-1]), Doubt.UNREAD),
        "a plan with a space in it": (changed("config.json", lambda body: body + b" "), Doubt.UNREAD),
        "a plan of a newer version": (changed("config.json", lambda b: b.replace(b'"v":1', b'"v":2')), Doubt.UNREAD),
        "a script cut short": (changed("lb.js", lambda body: body[:-20]), Doubt.STRANGE),
        "an empty script": (changed("lb.js", lambda _: b""), Doubt.STRANGE),
        "a script with more in it": (changed("lb.js", lambda body: body + b"alert(1)"), Doubt.STRANGE),
        "a script with less of the snippet": (changed("lb.js", lambda b: b.replace(b"try{", b"{", 1)), Doubt.STRANGE),
        "a script of another plan": (script_of(5_000), Doubt.OTHER_PLAN),
        "other weights": (changed("lb.js", lambda b: b.replace(b'"bold",7000', b'"bold",1000')), Doubt.OTHER_VARIATION),
        "another share": (changed("lb.js", lambda b: b.replace(b",4000,", b",400,")), Doubt.OTHER_VARIATION),
        "another text": (changed("lb.js", lambda b: b.replace(b"\\u003cb>", b"\\u003ci>")), Doubt.OTHER_PLAN),
        "rules without the experiment": (changed("relay.json", without("experiments")), Doubt.UNKNOWN_TO_RELAYS),
        "rules without the goal": (changed("relay.json", without("goals")), Doubt.UNKNOWN_TO_RELAYS),
        "rules cut short": (changed("relay.json", lambda body: body[:-1]), Doubt.UNKNOWN_TO_RELAYS),
    }


REFUSALS = refusals()


@pytest.mark.parametrize("name", REFUSALS)
def test_a_release_that_does_not_agree_with_itself_is_refused(name: str) -> None:
    artifacts, doubt = REFUSALS[name]
    found = inspect(artifacts, RUNTIME)
    assert isinstance(found, Refused)
    assert found.doubt is doubt
    assert found.text.startswith(f"error[{doubt.code}]: {doubt.title}: ")
    assert "hint: " in found.text


@pytest.mark.parametrize("doubt", Doubt)
def test_each_doubt_has_a_code_of_its_own_and_a_page(doubt: Doubt) -> None:
    assert [other for other in Doubt if other.code == doubt.code] == [doubt]
    told = CliRunner().invoke(APP, ["explain", doubt.code.lower()])
    assert told.exit_code == 0
    assert told.stdout.startswith(f"# {doubt.code}: {doubt.title}\n")


def test_publishing_stops_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snippet that was built for another order of values."""
    write_starter(tmp_path / "site")
    monkeypatch.setattr("leadbright.inspecting.digest_of", lambda _: "0" * 16)
    done = CliRunner().invoke(APP, ["publish", str(tmp_path / "site"), "--to", (tmp_path / "cdn").as_uri()])
    assert done.exit_code == 1
    assert "error[P103]: lb.js carries another plan than config.json: it goes by" in done.stderr
    assert done.stderr.endswith("nothing was published\n")
    assert not (tmp_path / "cdn").exists()
