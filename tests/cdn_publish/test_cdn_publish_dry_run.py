"""`publish --dry-run`: what a release would change is said, and nothing is written anywhere."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leadbright.cli import APP
from leadbright.definition_folder import write_starter
from tests.services.buckets import running_s3


def leadbright(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(APP, list(arguments), env={"LEADBRIGHT_RELAY_URL": "https://relay.example"} | environment)


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    """A definition whose experiment runs."""
    folder = tmp_path / "site"
    write_starter(folder)
    change(folder, "status: draft", "status: running")
    return folder


@pytest.fixture
def url(definition: Path, folder: Path) -> str:
    """Where it is live."""
    assert leadbright("publish", str(definition), "--to", f"file://{folder}").exit_code == 0
    return f"file://{folder}"


def change(definition: Path, old: str, new: str) -> None:
    file = definition / "experiments/headline.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file with what is in it and when it was written."""
    return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_difference_is_said_and_nothing_is_written(definition: Path, url: str, folder: Path) -> None:
    change(definition, "    weight: 50%\n    changes", "    weight: 60%\n    changes")
    change(definition, "weight: 50%", "weight: 40%")
    before = everything(folder)
    answer = leadbright("publish", str(definition), "--to", url, "--dry-run")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout.splitlines() == [
        "my-site: beside release 1, which is live in production:",
        "  headline: control 50 % → 40 %, nobody moves",
        "  headline: question 50 % → 60 %, nobody moves",
        "nothing was published: a dry run",
    ]
    assert everything(folder) == before
    assert len(json.loads(leadbright("releases", "--to", url, "--site", "my-site", "--json").stdout)["releases"]) == 1


def test_scripts_read_it_as_json(definition: Path, url: str) -> None:
    change(definition, "traffic: 100%", "traffic: 50%")
    asked = ["publish", str(definition), "--to", url, "--dry-run"]
    answer = json.loads(leadbright(*asked, "--json").stdout)
    assert json.loads(leadbright(*asked, "--format", "json").stdout) == answer
    assert answer["outcome"] == "different"
    assert answer["live"]["number"] == 1
    assert answer["differences"] == [
        {
            "about": "headline",
            "what": "traffic",
            "name": "",
            "from": "100 %",
            "to": "50 %",
            "moves": "nobody",
            "said": "headline: traffic 100 % → 50 %, nobody moves",
        }
    ]
    made = json.loads(leadbright("publish", str(definition), "--to", url, "--json").stdout)
    assert made["release"]["digest"] == answer["digest"]


@pytest.mark.parametrize(("arguments", "statuses"), [((), (0, 0)), (("--exit-code",), (0, 3))])
def test_a_script_can_ask_by_the_exit_status(
    definition: Path, url: str, arguments: tuple[str, ...], statuses: tuple[int, int]
) -> None:
    same = leadbright("publish", str(definition), "--to", url, "--dry-run", *arguments)
    assert same.stdout == "my-site: nothing new; release 1 with this content is live in production\n"
    change(definition, "traffic: 100%", "traffic: 50%")
    other = leadbright("publish", str(definition), "--to", url, "--dry-run", *arguments)
    assert (same.exit_code, other.exit_code) == statuses


def test_a_first_release_begins_every_experiment_and_makes_no_folder(definition: Path, folder: Path) -> None:
    answer = leadbright("publish", str(definition), "--to", f"file://{folder}", "--dry-run", "--exit-code")
    assert answer.exit_code == 3
    assert answer.stdout.splitlines()[:2] == [
        "my-site: beside nothing, as production has no release:",
        "  headline: starts with control 50 %, question 50 %",
    ]
    assert not folder.exists()


def test_what_publishing_would_refuse_is_refused(definition: Path, url: str) -> None:
    change(definition, "key: question", "key: asking")
    answer = leadbright("publish", str(definition), "--to", url, "--dry-run", "--exit-code")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "error[E301]" in answer.stderr
    moved = leadbright("publish", str(definition), "--to", url, "--dry-run", "--anew")
    assert "  headline: variation question is gone; it had 50 %, who has it is dealt out anew" in moved.stdout


def test_an_experiment_that_ran_once_runs_again(definition: Path, url: str) -> None:
    change(definition, "status: running", "status: paused")
    paused = leadbright("publish", str(definition), "--to", url, "--dry-run")
    assert "  headline: is paused, its visitors see the original" in paused.stdout
    leadbright("publish", str(definition), "--to", url)
    change(definition, "status: paused", "status: running")
    again = leadbright("publish", str(definition), "--to", url, "--dry-run")
    assert "  headline: runs again with control 50 %, question 50 %, nobody moves" in again.stdout


def test_a_rolled_back_site_is_compared_with_what_it_shows(definition: Path, url: str) -> None:
    change(definition, "traffic: 100%", "traffic: 50%")
    leadbright("publish", str(definition), "--to", url)
    leadbright("rollback", "--to", url, "--site", "my-site")
    answer = leadbright("publish", str(definition), "--to", url, "--dry-run")
    assert answer.stdout.splitlines()[0] == "my-site: beside release 3, which is live in production:"
    assert "  headline: traffic 100 % → 50 %, nobody moves" in answer.stdout


@pytest.mark.parametrize("name", ["config.json", "relay.json", "lb.js"])
def test_what_is_live_but_damaged_is_said(definition: Path, url: str, folder: Path, name: str) -> None:
    (body,) = folder.glob(f"production/my-site/r/*/{name}")
    body.write_bytes(b"{}")
    answer = leadbright("publish", str(definition), "--to", url, "--dry-run", "--anew")
    assert (answer.exit_code, answer.stdout, answer.stderr.count("\n")) == (1, "", 1)
    assert "does not hold what was released under that name" in answer.stderr


def test_in_a_bucket_a_dry_run_only_reads(definition: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "werkzeug")
    with running_s3() as new:
        bucket = new()
        arguments = ["publish", str(definition), "--to", bucket.url]
        caplog.clear()
        assert leadbright(*arguments, "--dry-run", **bucket.environment).exit_code == 0
        assert methods(caplog) == {"GET"}
        assert leadbright(*arguments, **bucket.environment).exit_code == 0
        assert "PUT" in methods(caplog)
        caplog.clear()
        change(definition, "traffic: 100%", "traffic: 50%")
        again = leadbright(*arguments, "--dry-run", "--exit-code", **bucket.environment)
        assert (again.exit_code, "headline: traffic 100 % → 50 %" in again.stdout) == (3, True)
        assert methods(caplog) == {"GET"}


def methods(caplog: pytest.LogCaptureFixture) -> set[str]:
    """How the store was asked, by its own log."""
    asked = (re.search(r"(GET|PUT|POST|DELETE|HEAD) /", record.getMessage()) for record in caplog.records)
    return {found[1] for found in asked if found}
