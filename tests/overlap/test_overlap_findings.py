"""What is said about experiments that meet: the visit is put to `decide`, as a reader of the JSON would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config_compiler.codes import Code
from config_compiler.compiler import plan_site
from config_compiler.finding import Finding, Problems
from config_compiler.meaning import site_of
from config_compiler.parse import parse
from config_compiler.render import report
from config_compiler.rules import overlap
from config_compiler.source import Source
from domain.names import RunName
from domain.site import Site
from domain.targeting import decide
from leadbright.described_visit import described, visit_to
from tests.config_compiler.folders import CASES, read

MEETINGS = sorted(path for path in CASES.glob("overlap-*") if path.is_dir())
OVERLAPS = (Code.E241, Code.W441)


def found(source: Source) -> tuple[Site, list[Finding]]:
    """The site that is meant, and what the rule says of it."""
    problems = Problems()
    definition = parse(source, problems)
    assert not problems.fatal, problems.findings
    site = site_of(definition)
    return site, list(overlap.find(definition, site))


def keys_of(finding: Finding) -> list[str]:
    """The two experiments, by the files that are pointed at."""
    spans = (finding.span, *(label.span for label in finding.labels))
    return [span.file.removeprefix("experiments/").removesuffix(".yaml") for span in spans]


@pytest.mark.parametrize("case", MEETINGS, ids=lambda case: case.name)
def test_decide_gives_the_witness_a_variation_of_both(case: Path) -> None:
    site, findings = found(read(case))
    plan = plan_site(site)
    for finding in findings:
        if finding.code in OVERLAPS:
            said = json.loads(report.render([finding]))["findings"][0]["witness"]
            words = {name: str(value) for name, value in said.items() if name != "url"}
            visit = described(visit_to(said["url"], 0, site.timezone), words, site.timezone)
            decided = [decide(plan, visit, f"{seed:08x}", {}) for seed in range(64)]
            assert any(all(d[key].variation for key in map(RunName, keys_of(finding))) for d in decided), finding


def test_every_way_to_meet_has_a_case() -> None:
    codes = {finding.code for case in MEETINGS for finding in found(read(case))[1]}
    assert codes == {Code.E241, Code.W441, Code.W442}


SITE = "site: s\ndomains: [s.example]\ngoals: [{key: g, on: {click: a}}]\n"
EXPERIMENT = """experiment: {key}
status: {status}
pages: {{include: ["/"]}}
{more}goals: {{primary: g}}
variations: [{{key: a, weight: 50%}}, {{key: b, weight: 50%, changes: [{{select: h1, text: "{key}"}}]}}]
"""


def two(status: str = "running", one: str = "", other: str = "", site: str = "") -> list[Finding]:
    """What is said of two experiments that set one text."""
    files = {
        "site.yaml": SITE + site,
        "experiments/a.yaml": EXPERIMENT.format(key="a", status="running", more=one),
        "experiments/b.yaml": EXPERIMENT.format(key="b", status=status, more=other),
    }
    return found(Source(files))[1]


@pytest.mark.parametrize("status", ["draft", "paused", "stopped"])
def test_only_running_experiments_meet(status: str) -> None:
    assert two() != []
    assert two(status) == []


LAYERS = "layers: [{key: home}, {key: side}]\n"
HOME, SIDE = "layer: {key: home, share: 50%}\n", "layer: {key: side, share: 50%}\n"


@pytest.mark.parametrize(
    ("one", "other", "site", "hint"),
    [
        ("", "", "", "add layers: [{key: pages}] to site.yaml, write layer: {key: pages, share: 50%} in both"),
        ("", "", LAYERS, "write layer: {key: home, share: 50%} in both"),
        (SIDE, "", LAYERS, 'put "b" into the layer "side" too'),
        ("", HOME, LAYERS, 'put "a" into the layer "home" too'),
        (HOME, SIDE, LAYERS, "put both into one layer"),
    ],
)
def test_the_hint_names_the_layer_that_would_keep_them_apart(one: str, other: str, site: str, hint: str) -> None:
    (finding,) = two(one=one, other=other, site=site)
    assert finding.hint == f"{hint}, or keep their pages or audiences apart"


def test_experiments_of_one_layer_never_meet() -> None:
    assert two(one=HOME, other=HOME, site=LAYERS) == []


def test_a_site_too_intricate_to_compare_gets_one_warning_an_experiment() -> None:
    hard = 'pages: {include: ["regex:a.{90}b.{90}[^c]$", "regex:b.{80}[^d].{70}e$"]}\n'
    body = EXPERIMENT.replace('pages: {{include: ["/"]}}\n', "")
    files = {f"experiments/x{n}.yaml": body.format(key=f"x{n}", status="running", more=hard) for n in range(12)}
    _, findings = found(Source({"site.yaml": SITE, **files}))
    assert {finding.code for finding in findings} <= {Code.W442, Code.E241}
    assert len([finding for finding in findings if finding.code is Code.W442]) <= len(files)
