"""What is published goes on from what is live: nobody who was dealt out gets another variation unless that is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leadbright import live_release
from leadbright.cli import APP
from leadbright.definition_folder import write_starter

RELAY = {"LEADBRIGHT_RELAY_URL": "https://relay.example"}


def leadbright(*arguments: str) -> Result:
    return CliRunner().invoke(APP, list(arguments), env=RELAY)


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


def test_a_variation_that_visitors_have_is_not_taken_away(definition: Path, url: str, folder: Path) -> None:
    change(definition, "key: question", "key: asking")
    before = sorted(folder.rglob("*"))
    answer = leadbright("publish", str(definition), "--to", url)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert 'error[E301]: the variation "question" of the running experiment "headline" is gone' in answer.stderr
    assert answer.stderr.endswith("nothing was published\n")
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("accept", [("phase",), ("--anew",)])
def test_it_is_taken_away_where_that_is_said(definition: Path, url: str, accept: tuple[str, ...]) -> None:
    change(definition, "key: question", "key: asking")
    if accept == ("phase",):
        change(definition, "status: running", "status: running\nphase: 2")
        accept = ()
    answer = leadbright("publish", str(definition), "--to", url, *accept)
    assert answer.exit_code == 0, answer.stderr
    assert answer.stdout.startswith("my-site: release 2 is live")


def switch_off(_: Path, url: str) -> None:
    leadbright("off", "--to", url, "--site", "my-site")


def pause(definition: Path, url: str) -> None:
    """And have it run again."""
    change(definition, "status: running", "status: paused")
    leadbright("publish", str(definition), "--to", url)
    change(definition, "status: paused", "status: running")


@pytest.mark.parametrize("take_away", [switch_off, pause])
def test_who_was_dealt_out_before_it_was_away_is_watched_over_too(
    definition: Path, url: str, take_away: Callable[[Path, str], None]
) -> None:
    take_away(definition, url)
    assert b'"experiments":[]' in (Path(url.removeprefix("file://")) / "production/my-site/config.json").read_bytes()
    change(definition, "key: question", "key: asking")
    answer = leadbright("publish", str(definition), "--to", url)
    assert answer.exit_code == 1
    assert "error[E301]" in answer.stderr
    change(definition, "key: asking", "key: question")
    assert "release 3 is live" in leadbright("publish", str(definition), "--to", url).stdout


def test_other_weights_and_words_need_no_new_phase(definition: Path, url: str) -> None:
    change(definition, "Ready when you are?", "Ready?")
    change(definition, "traffic: 100%", "traffic: 50%")
    assert leadbright("publish", str(definition), "--to", url).exit_code == 0


def test_another_environment_is_compared_with_its_own_release(definition: Path, url: str) -> None:
    change(definition, "key: question", "key: asking")
    assert leadbright("publish", str(definition), "--to", url, "--env", "staging").exit_code == 0


@pytest.mark.parametrize("command", ["check", "compile"])
def test_a_definition_is_compared_before_it_is_published(
    definition: Path, url: str, tmp_path: Path, command: str
) -> None:
    change(definition, "key: question", "key: asking")
    arguments = [command, str(definition), *(["--out", str(tmp_path / "out")] if command == "compile" else [])]
    assert leadbright(*arguments).exit_code == 0
    answer = leadbright(*arguments, "--against", url)
    assert (answer.exit_code, "error[E301]" in answer.stderr) == (1, True)
    assert leadbright(*arguments, "--against", url, "--env", "staging").exit_code == 0


@pytest.mark.parametrize("damage", [b"{}", b"", None], ids=["another version", "empty", "gone"])
def test_what_cannot_be_compared_is_not_published_unless_that_is_said(
    definition: Path, url: str, folder: Path, damage: bytes | None
) -> None:
    (plan,) = folder.glob("production/my-site/r/*/config.json")
    if damage is None:
        plan.unlink()
    else:
        plan.write_bytes(damage)
    change(definition, "Ready when you are?", "Ready?")
    answer = leadbright("publish", str(definition), "--to", url)
    assert (answer.exit_code, answer.stderr.count("\n")) == (1, 1)
    assert answer.stderr.startswith(f"nothing was published: {plan.relative_to(folder)} is ")
    assert "; --anew publishes without comparing" in answer.stderr
    compared = leadbright("check", str(definition), "--against", url)
    assert (compared.exit_code, compared.stderr.count("\n")) == (1, 1)
    assert compared.stderr.startswith("it cannot be compared with what is live: ")
    assert leadbright("publish", str(definition), "--to", url, "--anew").exit_code == 0


def test_a_target_that_is_none_is_wrong_usage(definition: Path) -> None:
    assert leadbright("check", str(definition), "--against", "ftp://x").exit_code == 2


def test_who_publishes_between_the_comparison_and_the_release_wins(
    definition: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison was with a release that is no longer live: it says nothing about the one that is."""
    compared = live_release.live_release

    async def read_then_overtaken(*arguments: object) -> live_release.LiveRelease:
        found = await compared(*arguments)  # type: ignore[arg-type]
        return live_release.LiveRelease(found.number - 1, found.plan)

    monkeypatch.setattr("leadbright.comparing.live_release", read_then_overtaken)
    change(definition, "Ready when you are?", "Ready?")
    answer = leadbright("publish", str(definition), "--to", url)
    assert answer.exit_code == 1
    assert "release 1" in answer.stderr
    assert "came first and is live" in answer.stderr
