"""The commands that move what is published already, asked as a shell would ask them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cdn_publish.pointer import read_pointer
from leadbright.cli import APP
from leadbright.definition_folder import write_starter
from tests.services.buckets import running_s3


def leadbright(*arguments: str) -> Result:
    return CliRunner().invoke(APP, list(arguments), env={"LEADBRIGHT_RELAY_URL": "https://relay.example"})


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    """The starter's definition with its experiment running."""
    folder = tmp_path / "site"
    write_starter(folder)
    file = folder / "experiments/headline.yaml"
    file.write_text(file.read_text().replace("status: draft", "status: running"))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cdn"


@pytest.fixture
def options(folder: Path) -> list[str]:
    return ["--to", f"file://{folder}", "--site", "my-site"]


def pointer(folder: Path, name: str, environment: str = "production") -> bytes:
    return read_pointer(name, (folder / environment / "my-site" / name).read_bytes()).body


def test_what_was_tried_in_staging_is_promoted_unchanged(definition: Path, folder: Path, options: list[str]) -> None:
    leadbright("publish", str(definition), *options[:2], "--env", "staging")
    assert not (folder / "production").exists()
    done = leadbright("promote", *options)
    assert done.stdout == "my-site: release 1 is live in production, with the content of staging's release 1\n"
    for name in ("lb.js", "config.json", "relay.json"):
        assert pointer(folder, name) == pointer(folder, name, "staging")
    again = leadbright("promote", *options, "--json")
    assert json.loads(again.stdout)["outcome"] == "unchanged"


def test_off_is_one_step_and_a_rollback_brings_it_all_back(definition: Path, folder: Path, options: list[str]) -> None:
    leadbright("publish", str(definition), *options[:2])
    before = {name: pointer(folder, name) for name in ("lb.js", "config.json", "relay.json")}
    assert len(json.loads(before["config.json"])["experiments"]) == 1
    done = leadbright("off", *options)
    assert done.stdout == "my-site: release 2 is live in production\n"
    plan = json.loads(pointer(folder, "config.json"))
    assert plan["experiments"] == []
    assert {**json.loads(before["config.json"]), "experiments": []} == plan
    assert len(pointer(folder, "lb.js")) < len(before["lb.js"])
    assert pointer(folder, "relay.json") == before["relay.json"]  # beacons of pages still open count
    assert "nothing new" in leadbright("off", *options).stdout
    assert leadbright("rollback", *options).exit_code == 0
    assert {name: pointer(folder, name) for name in before} == before


def test_a_lost_log_is_made_anew_by_one_command(definition: Path, folder: Path, options: list[str]) -> None:
    leadbright("publish", str(definition), *options[:2])
    assert leadbright("rebuild-log", *options).stdout == "my-site: the log is sound; nothing was done\n"
    (folder / "production/my-site/releases.json").write_text("{")
    refused = leadbright("off", *options)
    assert refused.exit_code == 1
    assert "leadbright rebuild-log" in refused.stderr
    done = leadbright("rebuild-log", *options)
    assert done.stdout == "my-site: the log has 1 releases again; release 2 is live in production\n"
    assert leadbright("off", *options).stdout == "my-site: release 3 is live in production\n"


def test_cleaning_says_what_is_gone(definition: Path, options: list[str]) -> None:
    leadbright("publish", str(definition), *options[:2])
    assert leadbright("clean", *options).stdout.startswith("my-site: the files of 0 old releases are gone")
    assert json.loads(leadbright("clean", *options, "--json").stdout)["taken"] == []


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["promote"], "my-site has no release in staging"),
        (["promote", "--release", "3"], "my-site has no release 3 in staging"),
        (["off"], "my-site has no release in production"),
        (["rebuild-log"], "my-site has no whole release in production"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(command: list[str], says: str, options: list[str]) -> None:
    answer = leadbright(*command, *options)
    assert answer.exit_code == 1
    assert says in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_bucket_is_published_to_like_a_folder(definition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_s3() as new:
        bucket = new()
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
        to = ["--to", bucket.url]
        assert leadbright("publish", str(definition), *to).exit_code == 0
        assert "release 2 is live" in leadbright("off", *to, "--site", "my-site").stdout
        assert "with the content of release 1" in leadbright("rollback", *to, "--site", "my-site").stdout
        listed = json.loads(leadbright("releases", *to, "--site", "my-site", "--json").stdout)
    assert listed["finished"]
    assert [release["number"] for release in listed["releases"]] == [3, 2, 1]
