"""The option to stay and watch: where it is no use it says so, and how a watch ended is an exit status."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cdn_publish.history import Release
from domain.artifact import Digest
from leadbright.cli import APP
from leadbright.definition_folder import write_starter
from leadbright.watch_option import conclude_watch
from leadbright.watching import Ended, LeftAlone, Overtaken, Reason, RolledBack, Steady, Unseen
from tests.leadbright.watched import PLACE


def leadbright(tmp_path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(APP, list(arguments), env={"LEADBRIGHT_DATA": str(tmp_path / "data")})


def publish(tmp_path: Path, *more: str) -> Result:
    if not (tmp_path / "site").exists():
        write_starter(tmp_path / "site")
    return leadbright(tmp_path, "publish", str(tmp_path / "site"), "--to", (tmp_path / "cdn").as_uri(), *more)


def test_a_first_release_is_published_and_left_alone(tmp_path: Path) -> None:
    done = publish(tmp_path, "--watch")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == (
        "my-site: release 1: it is not watched: there is no earlier content to go back to"
    )
    assert "my-site: release 1 is to be watched for 10 minutes" in done.stderr


def test_scripts_get_a_line_for_the_release_and_one_for_the_watch(tmp_path: Path) -> None:
    done = publish(tmp_path, "--watch", "--json")
    published, watched = map(json.loads, done.stdout.splitlines())
    assert published["outcome"] == "published"
    assert watched == {
        "outcome": "left-alone",
        "site": "my-site",
        "env": "production",
        "why": "it is not watched: there is no earlier content to go back to",
    }


def test_what_changes_nothing_is_not_watched(tmp_path: Path) -> None:
    publish(tmp_path)
    done = publish(tmp_path, "--watch")
    assert done.exit_code == 0
    assert "to be watched" not in done.output


def test_what_is_promoted_can_be_watched(tmp_path: Path) -> None:
    publish(tmp_path, "--env", "staging")
    done = leadbright(tmp_path, "promote", "--to", (tmp_path / "cdn").as_uri(), "--site", "my-site", "--watch")
    assert done.exit_code == 0
    assert "it is not watched: there is no earlier content" in done.stdout


def test_nobody_visits_staging(tmp_path: Path) -> None:
    done = publish(tmp_path, "--env", "staging", "--watch")
    assert done.exit_code == 2
    assert done.stderr == "--watch needs visitors, and staging has none; publish to production\n"
    assert not (tmp_path / "cdn").exists()


def test_a_wrong_setting_is_found_before_anything_is_published(tmp_path: Path) -> None:
    write_starter(tmp_path / "site")
    environment = {"LEADBRIGHT_DATA": str(tmp_path / "data"), "LEADBRIGHT_GUARD": "soon"}
    command = ["publish", str(tmp_path / "site"), "--to", (tmp_path / "cdn").as_uri(), "--watch"]
    done = CliRunner().invoke(APP, command, env=environment)
    assert done.exit_code == 2
    assert done.stderr == 'LEADBRIGHT_GUARD "soon": write a number from 1 to 1440\n'
    assert not (tmp_path / "cdn").exists()


MADE = Release(3, Digest("0" * 16), datetime(2026, 11, 24, tzinfo=UTC), "guard", "", "")
ENDS: list[tuple[Ended, int, str]] = [
    (LeftAlone(Reason.KNOWN), 0, "left-alone"),
    (Steady(1_000), 0, "steady"),
    (Overtaken(MADE), 0, "overtaken"),
    (RolledBack(MADE, 1, "buy was reached 0 times"), 1, "rolled-back"),
    (Unseen("no aggregator answers"), 1, "unseen"),
]


@pytest.mark.parametrize(("ended", "status", "outcome"), ENDS)
def test_how_a_watch_ended_is_an_exit_status(
    ended: Ended, status: int, outcome: str, capsys: pytest.CaptureFixture[str]
) -> None:
    left = 0
    try:
        conclude_watch(PLACE, 2, ended, as_json=True)
    except click.exceptions.Exit as error:
        left = error.exit_code
    told = capsys.readouterr()
    assert (left, json.loads(told.out)["outcome"]) == (status, outcome)
    assert told.err.startswith("shop: release 2: ") is (status == 1)
