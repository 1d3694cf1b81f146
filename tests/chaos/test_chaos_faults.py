"""Every row of the list of faults is shown by tests that exist."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.chaos.fault_rows import FAULTS

TESTS = Path(__file__).parents[1]


@cache
def named_in(path: str) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


def test_the_list_is_whole() -> None:
    assert list(FAULTS) == [f"F{number}" for number in range(1, 32)]


@pytest.mark.parametrize("row", FAULTS)
def test_a_fault_is_shown_by_tests_that_exist(row: str) -> None:
    shown_by = [name.split("::") for name in FAULTS[row].shown_by]
    assert shown_by
    assert not [(path, test) for path, test in shown_by if test not in named_in(path)]
