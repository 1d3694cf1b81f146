"""What every pipeline needs: packages instead of an index, a repository with a definition, stores to sign in to."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ci.machine import Packages, build_wheel, link_libraries
from tests.house.syntax_trees import ROOT
from tests.services.federation import Federated, Issuer, federated_azure, federated_s3

TESTS = """tests:
  - name: everybody on the start page
    visit: {url: "https://www.example.com/"}
    expect: {headline: in}
"""


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The wheel of this checkout, and the libraries that it needs."""
    folder = tmp_path_factory.mktemp("packages")
    build_wheel(ROOT, folder / "wheels")
    link_libraries(folder / "libraries")
    return Packages(folder / "wheels", folder / "libraries")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository on main, with a definition in `shop` whose experiment runs."""
    from leadbright.definition_folder import write_starter

    folder = tmp_path / "repository"
    write_starter(folder / "shop")
    experiment = folder / "shop/experiments/headline.yaml"
    experiment.write_text(experiment.read_text("utf-8").replace("status: draft", "status: running"), "utf-8")
    (folder / "shop/tests").mkdir()
    (folder / "shop/tests/pages.yaml").write_text(TESTS, "utf-8")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "An experiment")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """What git answers; as nobody in particular."""
    identity = ("-c", "user.name=anna", "-c", "user.email=anna@shop.example", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def commit(folder: Path, message: str) -> str:
    """Commit everything; the commit's short name."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)
    return git(folder, "rev-parse", "--short", "HEAD")


@pytest.fixture
def issuer() -> Issuer:
    """Who hands out tokens to jobs."""
    return Issuer()


@pytest.fixture
def s3(issuer: Issuer, tmp_path: Path) -> Iterator[Federated]:
    """A bucket that only a token leads to."""
    with federated_s3(issuer, tmp_path / "papers") as there:
        yield there


@pytest.fixture
def azure(issuer: Issuer, tmp_path: Path) -> Iterator[Federated]:
    """A container that only a token leads to."""
    with federated_azure(issuer, tmp_path / "papers") as there:
        yield there
