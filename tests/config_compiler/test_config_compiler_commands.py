"""The commands on a definition folder: what they print where, and how they end."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cdn_publish.layout import Environment, Place
from config_compiler.checking import check_site
from config_compiler.codes import Code
from config_compiler.render import sarif
from config_compiler.render.github import workflow_command
from config_compiler.schema import WORDS
from config_compiler.shapes import keys_of
from domain.artifact import set_digest
from domain.names import SiteKey
from leadbright.cli import APP
from leadbright.definition_folder import read_definition
from tests.config_compiler.folders import CASES

SHOP, BROKEN, WARNED = (str(CASES / name) for name in ("shop", "many-mistakes", "all-alike"))
RELAY = ("--relay-url", "https://relay.example")


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(APP, list(arguments), input=stdin, env={"LEADBRIGHT_RELAY_URL": ""})


def test_a_sound_definition_is_said_to_be_sound() -> None:
    done = run("check", SHOP)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "shop: 3 experiments, nothing wrong\n", "")


def test_findings_are_for_people_on_standard_error() -> None:
    done = run("check", BROKEN)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (CASES / "many-mistakes" / "expected.txt").read_text("utf-8")


def test_findings_are_for_scripts_on_standard_output() -> None:
    for arguments in (("--format", "json"), ("--json",)):
        done = run("check", BROKEN, *arguments)
        assert (done.exit_code, done.stderr) == (1, "")
        found = json.loads(done.stdout)["findings"]
        assert len(found) == 7
        assert found[0] == {
            "code": "E205",
            "rule": "references",
            "severity": "error",
            "message": 'the site has no goal "purchase"',
            "file": "experiments/hero.yaml",
            "line": 3,
            "column": 18,
            "end_line": 3,
            "end_column": 26,
            "hint": "the site's goals are signup",
        }


def test_nothing_found_is_an_empty_list_for_scripts() -> None:
    done = run("check", SHOP, "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"findings": []})


def test_findings_annotate_a_change_on_github() -> None:
    done = run("check", BROKEN, "--format", "github")
    first = done.stdout.splitlines()[0]
    assert done.exit_code == 1
    assert first == (
        "::error file=tests/cases/many-mistakes/experiments/hero.yaml,line=3,endLine=3,col=18,endColumn=25,"
        "title=E205%3A a goal that the site does not have::"
        'the site has no goal "purchase"%0Ahint: the site\'s goals are signup'
    )


def test_a_file_is_named_as_its_repository_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the command is run from: GitHub and scanners know no other names."""
    folder = tmp_path / "sites" / "shop, 50%: ours"
    folder.mkdir(parents=True)
    (folder / "site.yaml").write_text("site: shop\n", encoding="utf-8")
    outside = "file=site.yaml,"
    for command, named in ((None, outside), (["git", "init", "-q"], "file=sites/shop%2C 50%25%3A ours/site.yaml,")):
        if command:
            subprocess.run(command, cwd=tmp_path, check=True)
        monkeypatch.chdir(folder)
        assert run("check", ".", "--format", "github").stdout.startswith(f"::error {named}")
    sarif = json.loads(run("check", str(folder), "--format", "sarif").stdout)["runs"][0]["results"][0]
    place = sarif["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "sites/shop%2C%2050%25%3A%20ours/site.yaml"


def test_a_command_to_github_says_what_was_meant_whatever_is_in_it() -> None:
    said = workflow_command("error", {"file": "a,b:c%\r\n"}, "50%: two\r\nlines, ::x")
    assert said == "::error file=a%2Cb%3Ac%25%0D%0A::50%25: two%0D%0Alines, ::x"


def test_findings_are_a_sarif_log_for_scanners() -> None:
    done = run("check", BROKEN, "--format", "sarif")
    log = json.loads(done.stdout)
    assert (done.exit_code, log["version"], len(log["runs"])) == (1, "2.1.0", 1)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    results = log["runs"][0]["results"]
    assert len(results) == 7
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in results)
    first = results[0]["locations"][0]["physicalLocation"]
    assert first["artifactLocation"]["uri"].endswith("many-mistakes/experiments/hero.yaml")
    assert first["region"] == {"startLine": 3, "startColumn": 18, "endLine": 3, "endColumn": 26}


def test_every_sarif_log_is_whole() -> None:
    """What the standard asks of each result, for all that any case of ours finds."""
    for folder in sorted(path for path in CASES.iterdir() if path.is_dir()):
        log = json.loads(sarif.render(check_site(read_definition(folder)).findings, "a b/ü"))
        assert log.keys() == {"$schema", "version", "runs"}
        (only,) = log["runs"]
        rules = [rule["id"] for rule in only["tool"]["driver"]["rules"]]
        assert len(set(rules)) == len(rules)
        for result in only["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"]
            assert result["level"] in ("error", "warning")
            assert result["message"]["text"]
            places = [*result["locations"], *result.get("relatedLocations", ())]
            assert len({place["id"] for place in places[1:]}) == len(places) - 1
            for place in (each["physicalLocation"] for each in places):
                region = place["region"]
                assert re.fullmatch(r"a%20b/%C3%BC/[A-Za-z0-9._~%/-]+", place["artifactLocation"]["uri"])
                assert 1 <= region["startLine"] <= region["endLine"]
                assert min(region["startColumn"], region["endColumn"]) >= 1


def test_the_schema_names_every_key_of_the_language() -> None:
    said = json.loads(run("schema").stdout)
    assert {"site", "experiment", "condition"} <= said["$defs"].keys()
    experiment = said["$defs"]["experiment"]
    assert {"experiment", "audience", "layer", "schedule", "sections", "phase"} <= experiment["properties"].keys()
    assert experiment["required"] == ["experiment", "goals"]
    assert said["$defs"]["condition"]["properties"]["device"]["anyOf"][0] == {"enum": ["desktop", "mobile", "tablet"]}


def test_the_schema_says_of_every_key_what_it_is_for() -> None:
    for shape, words in WORDS.items():
        assert {key.name for key in keys_of(shape).values()} == words.keys(), shape
    said = json.loads(run("schema").stdout)
    assert said["$defs"]["site"]["properties"]["holdout"]["description"].endswith("such as 5%.")


def test_a_visit_is_described_in_words() -> None:
    language = str(CASES / "language")
    page = ("--url", "https://shop.example/x/offer?gclid=", "--visitor", "0badcafe", "--json")
    when = ("--set", "now=2026-12-02T09:00")
    reasons = [
        json.loads(run("decide", language, *page, *more).stdout)["hero"].get("reason")
        for more in ((), (*when,), (*when, "--device", "mobile"), (*when, "--device", "mobile", "--country", "DE"))
    ]
    assert reasons[0] in ("the experiment has not begun", "the visit is not one of the experiment's audience")
    assert reasons[1:3] == ["the visit is not one of the experiment's audience"] * 2
    assert reasons[3] in (None, "the visitor belongs to another part of the layer")


@pytest.mark.parametrize(
    "words",
    ["hour", "hour=24", "hour=x", "age=3", "path=/", "query=1", "device.x=1", "now=soon", "browser=netscape"],
)
def test_words_that_describe_no_visit_are_wrong_usage(words: str) -> None:
    done = run("decide", SHOP, "--url", "https://shop.example/", "--visitor", "0badcafe", "--set", words)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


def test_the_tests_of_a_definition_pass_and_say_what_none_of_them_tried() -> None:
    done = run("test", str(CASES / "language"))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (CASES / "language" / "tests.txt").read_text("utf-8")
    said = json.loads(run("test", str(CASES / "language"), "--json").stdout)
    assert all(test["passed"] for test in said["tests"])
    assert said["conditions"] == 13


def test_a_test_that_fails_says_what_was_got(tmp_path: Path) -> None:
    for name in ("site.yaml", "experiments/hero.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((CASES / "shop" / name).read_bytes())
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "wrong.yaml").write_text(FAILING, encoding="utf-8")
    done = run("test", str(tmp_path))
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    annotated = run("test", str(tmp_path), "--format", "github")
    assert annotated.exit_code == 1
    assert annotated.stdout.splitlines()[0] == (
        f"::error file={tmp_path!s}/tests/wrong.yaml,line=2,title=a test of the definition fails::never%0Ahero is in"
    )
    assert annotated.stdout.splitlines()[4] == lines[-1]
    assert lines[0] == "failed: never (tests/wrong.yaml:2)"
    assert lines[1] == "  hero is in"
    assert lines[3] == "  hero is out: the page is not one of the experiment's"
    assert lines[5] == "  hero gives plain"
    assert lines[7].startswith("  hero gives control to 33.")
    assert lines[8] == "4 tests, 4 failed; 0 of 0 conditions met by one"


BROKEN_SITE = """# the site of our shop
site: shop
domain: [shop.example]     # one for now
goals:
  - {key: signup, on: {clik: "#signup"}}
audiences: [{key: phones, when: {device: 'mobil', country: de}}]
"""
BROKEN_HERO = """experiment: hero
status: "runing"   # since Monday
audience: phone
goals: {primary: sign-up}
variations:
  - {key: control, weight: 50}
  - {key: bold, weight: 50%, changes: [{select: h1, txt: Hi}]}
"""


def test_what_can_be_mended_without_asking_is_mended_and_the_rest_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "experiments").mkdir()
    (tmp_path / "site.yaml").write_bytes(b"\xef\xbb\xbf" + BROKEN_SITE.replace("\n", "\r\n").encode())
    (tmp_path / "experiments" / "hero.yaml").write_text(BROKEN_HERO, encoding="utf-8")
    done = run("check", str(tmp_path), "--fix")
    assert (done.exit_code, done.stdout) == (0, "shop: 1 experiment, nothing wrong\n")
    assert 'experiments/hero.yaml:2: wrote "running"' in done.stderr
    site = BROKEN_SITE.replace("domain:", "domains:").replace("clik", "click").replace("mobil'", "mobile'")
    site = site.replace("country: de", "country: DE")
    assert (tmp_path / "site.yaml").read_bytes() == b"\xef\xbb\xbf" + site.replace("\n", "\r\n").encode()
    hero = BROKEN_HERO.replace("runing", "running").replace("phone", "phones").replace("sign-up", "signup")
    hero = hero.replace("weight: 50}", "weight: 50%}").replace("txt", "text")
    assert (tmp_path / "experiments" / "hero.yaml").read_text("utf-8") == hero
    again = run("check", str(tmp_path), "--fix")
    assert (again.exit_code, again.stderr) == (0, "")


FAILING = """tests:
  - name: never
    visit: {url: "https://shop.example/"}
    expect: {hero: out}
  - name: always
    visit: {url: "https://shop.example/landing/old"}
    expect: {hero: in}
  - name: one
    visit: {url: "https://shop.example/"}
    visitor: 0badcafe
    expect: {hero: bold}
  - name: shares
    visit: {url: "https://shop.example/"}
    visitors: 20000
    expect: {hero: {control: 50%, bold: 50%}}
"""


def test_a_warning_keeps_nothing_from_being_compiled(tmp_path: Path) -> None:
    assert run("check", WARNED).exit_code == 0
    done = run("compile", WARNED, "--out", str(tmp_path), *RELAY)
    assert done.exit_code == 0
    assert "warning[W401]" in done.stderr


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    done = run("check", str(tmp_path / "nowhere"))
    assert (done.exit_code, done.stderr) == (2, f"there is no folder {tmp_path}/nowhere\n")


def test_compiling_writes_the_published_layout(tmp_path: Path) -> None:
    done = run("compile", SHOP, "--out", str(tmp_path), "--env", "staging", *RELAY, "--json")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    place = Place(Environment.STAGING, SiteKey("shop"))
    names = ("config.json", "lb.js", "relay.json")
    bodies = {name: (tmp_path / place.pointer(name)).read_bytes() for name in names}
    assert bodies == {name: (tmp_path / place.body(said["digest"], name)).read_bytes() for name in names}
    assert said["digest"] == set_digest(bodies.items())
    assert said["bytes"] == {name: len(body) for name, body in bodies.items()}
    assert (said["site"], said["env"]) == ("shop", "staging")
    assert {"core", "ops", "style", "plan"} <= said["lb.js"].keys()
    assert len(bodies["lb.js"]) == sum(said["lb.js"].values())
    assert bodies["config.json"] == (CASES / "shop" / "config.json").read_bytes()


def test_compiling_says_what_it_wrote(tmp_path: Path) -> None:
    done = run("compile", SHOP, "--out", str(tmp_path), *RELAY)
    assert done.stdout.startswith("shop ")
    assert "config.json" in done.stdout
    assert "\nlb.js holds " in done.stdout


def test_a_broken_definition_writes_nothing(tmp_path: Path) -> None:
    done = run("compile", BROKEN, "--out", str(tmp_path / "out"), *RELAY)
    assert done.exit_code == 1
    assert "7 errors" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [("--env", "live"), ("--relay-url", "relay.example"), ("--relay-url", "https://a/b"), ("--relay-url", "https://[")],
)
def test_compiling_for_nowhere_is_wrong_usage(tmp_path: Path, arguments: tuple[str, str]) -> None:
    assert run("compile", SHOP, "--out", str(tmp_path), *arguments).exit_code == 2


def test_an_unwritable_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("compile", SHOP, "--out", str(tmp_path / "file"), *RELAY)
    assert done.exit_code == 1
    assert done.stderr.startswith("cannot write: ")
    assert done.stderr.count("\n") == 1


def test_a_visit_is_decided_with_a_reason_for_each_nothing() -> None:
    done = run("decide", SHOP, "--url", "https://shop.example/landing/x", "--visitor", "0badcafe", "--json")
    assert json.loads(done.stdout) == {
        "hero": {"variation": "plain"},
        "later": {"variation": None, "reason": "the experiment is a draft"},
        "old": {"variation": None, "reason": "the experiment is stopped"},
    }
    elsewhere = run("decide", SHOP, "--url", "https://shop.example/landing/old", "--visitor", "0badcafe")
    assert "hero: nothing, because the page is not one of the experiment's\n" in elsewhere.stdout


def test_many_visitors_are_decided_a_line_each() -> None:
    seeds = [f"{n * 2654435761 % 2**32:08x}" for n in range(200)]
    done = run("decide", SHOP, "--url", "https://shop.example/", "--visitor", "-", "--json", stdin="\n".join(seeds))
    got = [json.loads(line)["hero"]["variation"] for line in done.stdout.splitlines()]
    assert len(got) == 200
    assert set(got) == {"control", "bold", "plain", None}


@pytest.mark.parametrize(
    ("url", "visitor"),
    [
        ("/", "0badcafe"),
        ("https://[x/", "0badcafe"),
        ("https://[", "0badcafe"),
        ("https://a:b/", "0badcafe"),
        ("https://shop.example/", "0BADCAFE"),
        ("https://a/", "1"),
    ],
)
def test_a_visit_that_cannot_be_is_wrong_usage(url: str, visitor: str) -> None:
    done = run("decide", SHOP, "--url", url, "--visitor", visitor)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("host", ["other.example", "shop.example.other.example", "xshop.example"])
def test_nothing_is_decided_on_the_page_of_another_site(host: str) -> None:
    done = run("decide", SHOP, "--url", f"https://{host}/landing/x", "--visitor", "0badcafe", "--json")
    nothing = {"variation": None, "reason": "the page is not on one of the site's domains"}
    assert json.loads(done.stdout) == dict.fromkeys(("hero", "later", "old"), nothing)


@pytest.mark.parametrize("host", ["www.shop.example", "SHOP.example", "shop.example:8443"])
def test_a_page_is_the_sites_on_each_of_its_domains(host: str) -> None:
    done = run("decide", SHOP, "--url", f"https://{host}/landing/x", "--visitor", "0badcafe", "--json")
    assert "domains" not in done.stdout


def test_a_definition_begun_is_a_sound_one(tmp_path: Path) -> None:
    assert run("init", str(tmp_path / "new")).exit_code == 0
    done = run("check", str(tmp_path / "new"))
    assert (done.exit_code, done.stderr) == (0, "")
    again = run("init", str(tmp_path / "new"))
    assert (again.exit_code, again.stderr) == (1, f"{tmp_path}/new/site.yaml exists already; choose another folder\n")


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_every_code_is_explained(code: Code) -> None:
    done = run("explain", code.name.lower())
    assert done.exit_code == 0
    assert done.stdout.startswith(f"# {code.name}: {code.title}\n")


def test_a_code_that_is_none_is_wrong_usage() -> None:
    done = run("explain", "E999")
    assert done.exit_code == 2
    assert "E201" in done.stderr
