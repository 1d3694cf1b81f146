"""The examples of docs/ci.md, run line by line on a local copy of what their runners do, against real protocols."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.ci.conftest import commit
from tests.ci.machine import Packages
from tests.ci.pipelines import Pipeline, run_azure, run_github, run_gitlab
from tests.house.syntax_trees import ROOT
from tests.services.federation import READER, Federated, Issuer

EXAMPLES = ROOT / "docs/ci"
RELAY = "https://relay.shop.example"


@dataclass(frozen=True, slots=True)
class Example:
    """One of the files, who runs it, the store it publishes to, and the audience that its tokens are for."""

    file: Path
    runs: Callable[[Path, Pipeline], None]
    store: str
    audience: str


CASES = {
    "github": Example(EXAMPLES / "github.yml", run_github, "s3", "sts.amazonaws.com"),
    "gitlab": Example(EXAMPLES / "gitlab.yml", run_gitlab, "s3", "sts.amazonaws.com"),
    "azure": Example(EXAMPLES / "azure.yml", run_azure, "azure", "api://AzureADTokenExchange"),
}


@dataclass
class World:
    """An example with a repository, a store, and pipelines that run one after another."""

    example: Example
    store: Federated
    issuer: Issuer
    repository: Path
    packages: Packages
    folder: Path
    runs: int = 0

    def run(self, reason: str) -> Pipeline:
        """The whole pipeline, for a push to main or for a pull request."""
        self.runs += 1
        settings = {**self.store.settings, "LEADBRIGHT_CDN": self.store.url, "LEADBRIGHT_RELAY_URL": RELAY}
        pipeline = Pipeline(
            folder=self.folder / f"run{self.runs}",
            packages=self.packages,
            repository=self.repository,
            branch="main",
            reason=reason,
            settings=settings,
            surroundings=self.store.surroundings,
            issuer=self.issuer,
        )
        self.example.runs(self.example.file, pipeline)
        return pipeline

    def edit(self, old: str, new: str) -> str:
        """Change the experiment, and commit that; the commit's short name."""
        file = self.repository / "shop/experiments/headline.yaml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")
        return commit(self.repository, "An edit")

    def published(self, name: str) -> bytes | None:
        """What browsers are served."""
        body = self.store.read(f"production/my-site/{name}")
        return gzip.decompress(body) if body and body.startswith(b"\x1f\x8b") else body


@pytest.fixture(params=CASES)
def world(
    request: pytest.FixtureRequest, issuer: Issuer, repository: Path, packages: Packages, tmp_path: Path
) -> World:
    example = CASES[request.param]
    store: Federated = request.getfixturevalue(example.store)
    return World(example, store, issuer, repository, packages, tmp_path / "runs")


def test_an_example_says_what_changes_publishes_without_a_key_and_moves_nobody(world: World) -> None:
    merged = world.run("push")
    assert merged.statuses == {"check": True, "publish": True}, merged.done
    assert "1 tests, 0 failed" in merged.said("check")
    assert f"beacons go to {RELAY}" in merged.said("publish")
    assert RELAY.encode() in (world.published("lb.js") or b"")

    name, before = world.edit("traffic: 100%", "traffic: 50%"), world.published("releases.json")
    proposed = world.run("pull")
    assert proposed.statuses == {"check": True, "difference": True}, proposed.done
    assert "  headline: traffic 100 % → 50 %, nobody moves" in proposed.said("difference")
    assert world.published("releases.json") == before
    assert world.run("push").statuses == {"check": True, "publish": True}
    log = json.loads(world.published("releases.json") or b"")["releases"]
    assert [(each["number"], each["by"]) for each in log] == [(1, "anna"), (2, "anna")]
    assert log[1]["revision"] == name

    world.edit("key: question", "key: asking")
    for reason, job in (("pull", "difference"), ("push", "publish")):
        refused = world.run(reason)
        assert refused.statuses == {"check": True, job: False}
        assert "E301" in refused.said(job)
    assert json.loads(world.published("releases.json") or b"")["releases"] == log

    assert len(world.issuer.exchanged) >= 5
    assert set(world.issuer.issued.values()) == {world.example.audience}
    assert not [key for key in {**world.store.settings, **world.store.surroundings} if "SECRET" in key or "_KEY" in key]


def test_what_is_wrong_is_shown_and_publishes_nothing(world: World) -> None:
    world.edit("primary: signup", "primary: sign-up")
    stopped = world.run("push")
    assert stopped.statuses == {"check": False}
    assert "E205" in stopped.said("check")
    assert world.issuer.issued == {}
    assert world.published("lb.js") is None


def test_a_test_that_fails_publishes_nothing(world: World) -> None:
    world.edit('exclude: ["/landing/old"]', 'exclude: ["/"]')
    stopped = world.run("push")
    assert stopped.statuses == {"check": False}
    assert "everybody on the start page" in stopped.said("check")
    assert world.published("lb.js") is None


@pytest.mark.parametrize("world", ["github"], indirect=True)
def test_the_role_that_reads_cannot_write(world: World) -> None:
    """The policies of docs/ci are all that the roles have, and the store holds the jobs to them."""
    settings = {**world.store.settings, "AWS_ROLE_THAT_WRITES": READER}
    world.store = replace(world.store, settings=settings)
    assert world.run("pull").statuses == {"check": True, "difference": True}
    refused = world.run("push")
    assert refused.statuses == {"check": True, "publish": False}
    assert "the store refuses these credentials" in refused.said("publish")
    assert world.published("lb.js") is None


@pytest.mark.parametrize("world", ["gitlab", "azure"], indirect=True)
def test_a_token_of_another_runner_gives_no_access(world: World) -> None:
    world.issuer.audience_of_another = True
    stopped = world.run("push")
    assert stopped.statuses == {"check": True, "publish": False}
    assert world.issuer.exchanged == []
    assert world.published("lb.js") is None
