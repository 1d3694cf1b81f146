"""The set of codes is closed: each has a rule, a page, a line in the index, and every rule is asked."""

from __future__ import annotations

import pytest

from config_compiler import check
from config_compiler.codes import Code
from config_compiler.explanations import explanation
from config_compiler.fixable import FIXED, LEFT
from tests.config_compiler.folders import ROOT

ROOM = ROOT / "config_compiler"
INDEX = (ROOT / "docs" / "diagnostics" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_every_code_has_a_page_that_begins_with_its_title(code: Code) -> None:
    assert explanation(code).startswith(f"# {code.name}: {code.title}\n")


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_every_code_names_the_file_that_looks_for_it(code: Code) -> None:
    places = [ROOM / where for where in (f"rules/{code.rule}.py", f"{code.rule}/findings.py", f"{code.rule}.py")]
    places.append(ROOM / "yaml_events.py")
    assert [place for place in places if place.exists() and f"Code.{code.name}" in place.read_text("utf-8")]


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_every_code_is_in_the_index(code: Code) -> None:
    fix = FIXED.get(code) or f"– {LEFT[code]}"
    page = f"[{code.name}](../../config_compiler/explanations/{code.name}.md)"
    assert f"| {page} | `{code.rule}` | {code.title} | {fix} |" in INDEX


def test_every_code_is_either_mended_or_left_to_a_person() -> None:
    assert FIXED.keys() | LEFT.keys() == set(Code)
    assert not FIXED.keys() & LEFT.keys()


def test_no_page_is_left_of_a_code_that_is_gone() -> None:
    pages = {path.stem for path in (ROOM / "explanations").glob("*.md")}
    assert pages == set(Code.__members__)


def test_every_rule_is_asked() -> None:
    files = {path.stem for path in (ROOM / "rules").glob("*.py")} - {"__init__"}
    rules = (*check.RULES, *check.RULES_OF_MEANING, *check.RULES_OF_CHANGE, *check.RULES_OF_SUCCESSION)
    assert {rule.__module__.rpartition(".")[2] for rule in rules} == files
