"""What we hand to other people's runners is of the shape that their makers' schemas ask for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci.pipelines import load
from tests.house.syntax_trees import ROOT

SCHEMAS = {
    "docs/ci/github.yml": ("vendor.github-workflows", "custom.github-workflows-require-timeout"),
    "docs/ci/gitlab.yml": ("vendor.gitlab-ci",),
    "docs/ci/azure.yml": ("vendor.azure-pipelines",),
    "action.yml": ("vendor.github-actions",),
}
TOOLS = Path(sys.executable).parent


@pytest.mark.parametrize(("file", "schema"), [(file, schema) for file, named in SCHEMAS.items() for schema in named])
def test_a_file_keeps_to_its_schema(file: str, schema: str) -> None:
    command = [str(TOOLS / "check-jsonschema"), "--builtin-schema", schema, "--regex-variant", "nonunicode", file]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


def test_the_hooks_are_a_manifest_of_pre_commit() -> None:
    command = [str(TOOLS / "pre-commit"), "validate-manifest", ".pre-commit-hooks.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", sorted(SCHEMAS))
def test_no_file_holds_a_key_or_fills_a_script_in(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    assert not [word for word in ("ACCESS_KEY", "ACCOUNT_KEY", "secrets.", "password") if word in text]
    scripts = [step["run"] for step in _steps(load(ROOT / file)) if "run" in step]
    assert not [script for script in scripts if "${{" in script]


def _steps(value: object) -> list[dict[str, str]]:
    """Everything in it that is a step."""
    if isinstance(value, list):
        return [step for each in value for step in _steps(each)]
    if isinstance(value, dict):
        return [value, *(step for each in value.values() for step in _steps(each))]
    return []


def test_the_page_about_pipelines_shows_every_file_as_it_is() -> None:
    page = (ROOT / "docs/ci.md").read_text("utf-8")
    assert not [file for file in SCHEMAS if file.startswith("docs/") and f"({file.removeprefix('docs/')})" not in page]
    assert "(../action.yml)" in page
    assert "(../.pre-commit-hooks.yaml)" in page
