"""Whatever the bytes are: findings with places inside the files, never a crash, and the same again."""

from __future__ import annotations

import json
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config_compiler.compiler import Compiled, Rejected, compile_site
from config_compiler.fixing import fixed
from config_compiler.render import github, report, sarif, terminal
from config_compiler.source import Source
from tests.config_compiler.folders import CASES, DEPLOYMENT, read
from tests.config_compiler.fuzz import corpus, made
from tests.stand_in import RUNTIME

WRITTEN = [text for case in sorted(CASES.iterdir()) for _, text in sorted(read(case).files.items())]
SITE, HERO = (read(CASES / "shop").files[name] for name in ("site.yaml", "experiments/hero.yaml"))

SCRAPS = [
    "\t",
    "\n",
    "  ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "&a ",
    "*a",
    "!x ",
    "|",
    ">",
    "%",
    "#",
    "---\n",
    "? ",
    "\\",
    "\x00",
]
MORE_SCRAPS = [
    "é",
    "\u2028",
    "\u202e",
    "\ud800",
    "\U0001f600",
    "null",
    "~",
    "1e999",
    "-",
    "weight: ",
    "key: ",
    "select: ",
    "regex:(",
    "<b ",
    "audience: ",
    "when: {all: [",
    "{not: ",
    "{gte: ",
    "{matches: '",
    "schedule: {start: ",
    "layer: {key: home, share: 50%}",
    "sections: ",
    "phase: 2",
    "redirect: ",
    "script: ",
    "css: ",
    "move: {before: ",
    "tests: ",
    "expect: {hero: ",
]


def answered(files: dict[str, bytes]) -> Compiled | Rejected:
    """Compile and show in every way; check that each place lies in its file."""
    source = Source.from_bytes(files)
    result = compile_site(source, None, RUNTIME, DEPLOYMENT)
    assert terminal.render(result.findings, source, color=True)
    assert json.loads(report.render(result.findings))["findings"] == [report.as_json(f) for f in result.findings]
    assert github.render(result.findings).count("\n") == len(result.findings)
    assert len(json.loads(sarif.render(result.findings))["runs"][0]["results"]) == len(result.findings)
    mended, _ = fixed(source, result.findings)
    assert mended.files.keys() == source.files.keys()
    read_lines = cache(source.lines)
    for finding in result.findings:
        lines, span = read_lines(finding.span.file), finding.span
        assert 1 <= span.line <= span.end_line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 2
        assert (span.line, span.column) <= (span.end_line, span.end_column)
        assert finding.message
    return result


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_are_answered(site: bytes, experiment: bytes) -> None:
    answered({"site.yaml": site, "experiments/x.yaml": experiment})


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A definition that someone wrote, with a few scraps put in and stretches taken out."""
    text = draw(st.sampled_from(WRITTEN))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        end = draw(st.integers(at, min(at + 12, len(text))))
        scrap = draw(st.sampled_from([*SCRAPS, *MORE_SCRAPS, ""]))
        text = text[:at] + scrap + text[end:]
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_a_damaged_definition_is_answered(body: bytes) -> None:
    answered({"site.yaml": body, "experiments/x.yaml": HERO.encode()})
    answered({"site.yaml": SITE.encode(), "experiments/x.yaml": body})


PARTS_OF_SELECTORS = [
    "a",
    "h1",
    ".b",
    "#c",
    "*",
    "|",
    ":",
    "::",
    ">",
    "+",
    "~",
    ",",
    " ",
    "=",
    "^=",
    "(",
    ")",
    "[",
    "]",
]
PARTS_OF_SELECTORS += [
    ":has(",
    ":not(",
    ":is(",
    ":where(",
    ":lang(",
    ":nth-child(",
    ":nth-last-of-type(",
    "2n+",
    "-n",
    "of",
]
PARTS_OF_SELECTORS += ["before", "'x'", "5", ".", "\\", "!", "@x", "<!--", "é"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PARTS_OF_SELECTORS), max_size=8).map("".join) | st.text(max_size=20))
def test_any_selector_is_answered(selector: str) -> None:
    files = {"site.yaml": SITE, "experiments/hero.yaml": HERO.replace('"h1.hero"', json.dumps(selector))}
    assert files["experiments/hero.yaml"] != HERO or selector == "h1.hero"
    answered({name: text.encode("utf-8", "surrogatepass") for name, text in files.items()})


LARGE = {
    "nested lists": "[" * 100_000,
    "nested mappings": "{a: " * 50_000,
    "block nesting": "".join(f"{' ' * i}a:\n" for i in range(600)),
    "many items": "goals: [" + "{}," * 9_000 + "]",
    "one long line": "name: " + "x" * 240_000,
    "too large": "#" * 500_000,
    "aliases": "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"b{i}: &a [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n" for i in range(30)),
    "long selector": f"site: s\nname: {':not(' * 5_000}",
    "escapes": 'name: "' + "\\x41" * 50_000 + '"',
}


@pytest.mark.parametrize("name", LARGE)
def test_a_file_made_to_exhaust_is_answered_in_time(name: str) -> None:
    begun = time.process_time()
    assert answered({"site.yaml": LARGE[name].encode()}).findings
    assert time.process_time() - begun < 20


def test_aliases_that_repeat_a_mistake_report_it_once() -> None:
    wrong = HERO.replace("{key: control, weight: 33.33%}", "&c {key: control, wieght: 33.33%}\n  - *c\n  - *c")
    result = answered({"site.yaml": SITE.encode(), "experiments/hero.yaml": wrong.encode()})
    assert [f.code.name for f in result.findings].count("E111") == 1


def test_a_few_seconds_of_the_fuzz_find_nothing() -> None:
    known = corpus()
    for number in range(300):
        answered(made(7, number, known)[1])
