"""Our action and our hooks as other people's repositories use them, from a copy of this checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci.conftest import commit, git
from tests.ci.machine import Packages
from tests.ci.pipelines import Pipeline, run_github
from tests.house.syntax_trees import ROOT
from tests.services.federation import Issuer

WORKFLOW = """
name: Experiments
on: {push: {branches: [main]}}
permissions: {}
jobs:
  experiments:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions: {contents: read}
    steps:
      - uses: actions/checkout@v5
      - uses: ./action@v0.1.0
        with: {WITH}
"""


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this checkout in it, the snippet built, so that nothing has to be fetched to install it."""
    folder = tmp_path_factory.mktemp("ours") / "leadbright"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    shutil.copytree(ROOT / "snippet/dist", folder / "snippet/dist")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "add", "--force", "snippet/dist")
    commit(folder, "Leadbright")
    return folder


def run_action(given: str, ours: Path, repository: Path, packages: Packages, folder: Path) -> Pipeline:
    """A workflow that uses the action with these inputs."""
    workflow = folder / "workflow.yml"
    workflow.write_text(WORKFLOW.replace("WITH", given), encoding="utf-8")
    run = Pipeline(folder, packages, repository, "main", "push", {}, {}, Issuer())
    run_github(workflow, run, ours)
    return run


def test_the_action_checks_says_what_changes_and_publishes(
    ours: Path, repository: Path, packages: Packages, tmp_path: Path
) -> None:
    cdn = tmp_path / "cdn"
    to = f'definition: shop, to: "file://{cdn}", relay-url: "https://relay.shop.example"'

    def run(number: int, given: str) -> Pipeline:
        folder = tmp_path / f"action{number}"
        folder.mkdir()
        done = run_action(given, ours, repository, packages, folder)
        assert done.statuses == {"experiments": True}, done.done
        return done

    first = run(1, to)
    assert first.outputs == {"differs": "true"}
    assert "headline: starts with control 50 %, question 50 %" in first.summary
    assert not cdn.exists()
    assert "release 1 is live" in run(2, f"{to}, publish: true").said("experiments")
    assert run(3, f"{to}, publish: true").outputs == {"differs": "false"}
    assert run(4, "definition: shop").outputs == {"differs": ""}


def test_the_action_ends_where_a_definition_is_wrong(
    ours: Path, repository: Path, packages: Packages, tmp_path: Path
) -> None:
    experiment = repository / "shop/experiments/headline.yaml"
    experiment.write_text(experiment.read_text("utf-8").replace("primary: signup", "primary: sign-up"), "utf-8")
    commit(repository, "A mistake")
    run = run_action("definition: shop", ours, repository, packages, tmp_path)
    assert run.statuses == {"experiments": False}
    assert "::error file=shop/experiments/headline.yaml,line=11," in run.said("experiments")


def test_the_hooks_run_in_the_repositories_of_others(
    ours: Path, repository: Path, packages: Packages, tmp_path: Path
) -> None:
    """Real pre-commit: it clones us, installs us into an environment of its own, and runs what our manifest says."""
    hooks = f"""repos:
  - repo: file://{ours}
    rev: {git(ours, "rev-parse", "HEAD")}
    hooks:
      - {{id: leadbright-check, args: [shop]}}
      - {{id: leadbright-test, args: [shop]}}
"""
    (repository / ".pre-commit-config.yaml").write_text(hooks, encoding="utf-8")
    commit(repository, "Hooks")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        **packages.environment,
    }
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=repository, env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    passed = run()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert [line.rpartition(".")[2] for line in passed.stdout.splitlines()[-2:]] == ["Passed", "Passed"]
    experiment = repository / "shop/experiments/headline.yaml"
    experiment.write_text(experiment.read_text("utf-8").replace("primary: signup", "primary: sign-up"), "utf-8")
    failed = run()
    assert failed.returncode == 1
    assert "error[E205]" in failed.stdout
