"""The commands that publish, asked as a shell would ask them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cdn_publish.pointer import read_pointer
from config_compiler.compiler import Runtime
from leadbright import runtime
from leadbright.cli import APP
from leadbright.definition_folder import write_starter


def leadbright(*arguments: str) -> Result:
    return CliRunner().invoke(APP, list(arguments), env={"LEADBRIGHT_RELAY_URL": "https://relay.example"})


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    write_starter(folder)
    return folder


@pytest.fixture
def url(folder: Path) -> str:
    return f"file://{folder}"


def rename(definition: Path, name: str) -> None:
    """Change what is published: the headline of a variation, in an experiment that runs."""
    file = definition / "experiments/headline.yaml"
    text = file.read_text().replace("status: draft", "status: running")
    file.write_text(
        "\n".join(f'      - {{select: "h1", text: "{name}"}}' if "h1" in line else line for line in text.splitlines())
    )


def test_a_definition_is_published_once_for_each_content(definition: Path, url: str, folder: Path) -> None:
    first = leadbright("publish", str(definition), "--to", url, "--by", "ci")
    assert first.exit_code == 0
    assert first.stdout == "my-site: release 1 is live in production\nbeacons go to https://relay.example\n"
    assert b"https://relay.example" in (folder / "production/my-site/lb.js").read_bytes()
    again = leadbright("publish", str(definition), "--to", url, "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["outcome"] == "unchanged"


def script(folder: Path) -> bytes:
    """What visitors load, without the number of the release."""
    return read_pointer("lb.js", (folder / "production/my-site/lb.js").read_bytes()).body


def test_a_rollback_is_one_command(definition: Path, url: str, folder: Path) -> None:
    leadbright("publish", str(definition), "--to", url, "--by", "ci", "--note", "first")
    before = script(folder)
    rename(definition, "Other words")
    leadbright("publish", str(definition), "--to", url, "--by", "ci")
    assert script(folder) != before
    back = leadbright("rollback", "--to", url, "--site", "my-site", "--by", "anna")
    assert back.exit_code == 0
    assert back.stdout == "my-site: release 3 is live in production, with the content of release 1\n"
    assert script(folder) == before
    listed = json.loads(leadbright("releases", "--to", url, "--site", "my-site", "--json").stdout)
    assert listed["finished"]
    assert [(entry["number"], entry["by"], entry["note"]) for entry in listed["releases"]] == [
        (3, "anna", "back to the content before"),
        (2, "ci", ""),
        (1, "ci", "first"),
    ]
    assert leadbright("releases", "--to", url, "--site", "my-site").stdout.splitlines()[1].split()[0] == "3"
    late = leadbright("rollback", "--to", url, "--site", "my-site", "--after", "2")
    assert (late.exit_code, late.stdout) == (1, "")
    assert "release 3 by anna" in late.stderr
    assert script(folder) == before


def test_a_broken_definition_lists_every_finding_and_publishes_nothing(
    definition: Path, url: str, folder: Path
) -> None:
    (definition / "site.yaml").write_text("site: Not A Key\ndomain: [a.example]\n")
    refused = leadbright("publish", str(definition), "--to", url)
    assert refused.exit_code == 1
    assert refused.stderr.count("error[") > 1
    assert "nothing was published" in refused.stderr
    assert not folder.exists()


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["releases", "--to", "s3://key:secret@bucket/x", "--site", "shop"], 2, "credentials elsewhere"),
        (["releases", "--to", "/srv/cdn", "--site", "shop"], 2, "write file:///path"),
        (["releases", "--to", "URL", "--site", "shop"], 1, "shop has no release in production"),
        (["releases", "--to", "URL", "--site", "shop", "--env", "test"], 2, "staging or production"),
        (["releases", "--to", "URL", "--site", "Shop"], 2, "is not the key of a site"),
        (["rollback", "--to", "URL", "--site", "shop"], 1, "no other content"),
        (["rollback", "--to", "URL", "--site", "shop", "--release", "3"], 1, "no release 3"),
        (["publish", "/nowhere", "--to", "URL"], 2, "there is no folder /nowhere"),
        (
            ["publish", "DEFINITION", "--to", "URL", "--relay-url", "ftp://x"],
            2,
            '"ftp://x" is not the address of a relay',
        ),
        (["publish", "DEFINITION", "--to", "URL", "--relay-url", "https://["], 2, "is not the address of a relay"),
        (["publish", "DEFINITION", "--to", "file:///proc/x"], 1, "nothing was published: /proc/x/"),
        (
            ["publish", "DEFINITION", "--to", "file:///proc/x"],
            1,
            "; see that file:///proc/x can be written to, then try",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    definition: Path, url: str, arguments: list[str], status: int, says: str
) -> None:
    meant = {"URL": url, "DEFINITION": str(definition)}
    answer = leadbright(*(meant.get(argument, argument) for argument in arguments))
    assert answer.exit_code == status
    assert says in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_damaged_log_stops_a_release(definition: Path, url: str, folder: Path) -> None:
    leadbright("publish", str(definition), "--to", url)
    (folder / "production/my-site/releases.json").write_text("{}")
    rename(definition, "Other words")
    answer = leadbright("publish", str(definition), "--to", url)
    assert answer.exit_code == 1
    assert answer.stderr.startswith("nothing was published: production/my-site/releases.json is not a release log; ")


def test_a_relay_that_is_none_is_refused_from_the_environment_too(definition: Path, url: str, folder: Path) -> None:
    arguments = ["publish", str(definition), "--to", url]
    answer = CliRunner().invoke(APP, arguments, env={"LEADBRIGHT_RELAY_URL": "ftp://x"})
    assert (answer.exit_code, answer.stderr.count("\n"), folder.exists()) == (2, 1, False)


def test_a_snippet_of_another_version_publishes_nothing(
    definition: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "load_runtime", lambda: Runtime((), ()))
    answer = leadbright("publish", str(definition), "--to", url)
    assert answer.exit_code == 1
    assert answer.stderr.startswith('nothing was published: the built snippet has no module "')
    assert answer.stderr.endswith('": it is of another version; build it anew\n')
