"""Every folder in `tests/cases` is a definition with what a terminal shows for it.

`LEADBRIGHT_WRITE_CASES=1 pytest tests/config_compiler/test_config_compiler_cases.py` writes the expected files anew:
read the difference before you commit it. A folder may hold `published/` (what is live) and expected artifacts.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config_compiler.codes import Code
from config_compiler.compiler import Compiled, compile_site
from config_compiler.render import terminal
from tests.config_compiler.folders import CASES, DEPLOYMENT, published, read
from tests.stand_in import RUNTIME

FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_a_definition_is_answered_as_written(case: Path) -> None:
    source = read(case)
    result = compile_site(source, published(case), RUNTIME, DEPLOYMENT)
    _compare(case / "expected.txt", terminal.render(result.findings, source).encode())
    artifacts = result.artifacts.artifacts if isinstance(result, Compiled) else ()
    for artifact in artifacts:
        if (case / artifact.name).exists():
            _compare(case / artifact.name, artifact.body)


def _compare(expected: Path, actual: bytes) -> None:
    if os.environ.get("LEADBRIGHT_WRITE_CASES"):
        expected.write_bytes(actual)
    assert actual.decode() == expected.read_text("utf-8")


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_every_finding_says_what_to_do(case: Path) -> None:
    found = compile_site(read(case), published(case), RUNTIME, DEPLOYMENT).findings
    assert [finding.message for finding in found if not finding.hint] == []


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_every_code_has_a_case(code: Code) -> None:
    shown = [case.name for case in FOLDERS if f"[{code.name}]" in (case / "expected.txt").read_text("utf-8")]
    assert shown
