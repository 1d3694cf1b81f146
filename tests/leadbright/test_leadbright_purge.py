"""Commands that release tell the CDN of the settings at their end; one that can't be told undoes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from cdn_publish.folder import FolderTarget
from leadbright.cli import APP
from leadbright.definition_folder import write_starter
from leadbright.house import children_environment
from leadbright.purging import cdn_teller, front_of_settings
from leadbright.settings import Settings, read_settings
from leadbright.web_publisher import TargetPublisher
from leadbright.wiring.clock import now
from tests.cdn_publish.publishing import artifacts
from tests.services import cdn_api
from tests.services.cdn_api import TOKEN, Api, Asked, Told, answering
from tests.stand_in import RUNTIME
from web.services import AlreadyLive, CdnAnswer, Note, Published

BASE = "https://cdn.example"
POINTERS = [f"{BASE}/production/my-site/{name}" for name in ("relay.json", "config.json", "lb.js")]


def leadbright(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(APP, list(arguments), env={"LEADBRIGHT_CDN_BASE": BASE, **environment})


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    write_starter(folder)
    return folder


@pytest.fixture
def to(tmp_path: Path) -> str:
    return f"file://{tmp_path}/cdn"


def at(api: Api) -> dict[str, str]:
    return {"LEADBRIGHT_PURGE": f"{api.address}/hook?of=shop", "LEADBRIGHT_PURGE_TOKEN": TOKEN}


def urls(api: Api) -> list[list[str]]:
    return [json.loads(asked.body)["urls"] for asked in api.asked]


def test_every_command_that_moves_a_pointer_tells_the_cdn(definition: Path, to: str) -> None:
    site = ("--to", to, "--site", "my-site")
    with answering(cdn_api.webhook) as api:
        for arguments in (
            ("publish", str(definition), "--to", to),
            ("publish", str(definition), "--to", to),  # again, as whoever was told that the CDN was not told
            ("off", *site),
            ("rollback", *site, "--release", "1"),
            ("purge", "--site", "my-site"),
        ):
            answer = leadbright(*arguments, **at(api))
            assert answer.exit_code == 0, answer.stderr
        assert urls(api) == [POINTERS] * 5
        leadbright("publish", str(definition), "--to", to, "--env", "staging", **at(api))
        assert urls(api)[-1][0] == f"{BASE}/staging/my-site/relay.json"
        for looking in ("releases", "clean"):
            assert leadbright(looking, *site, **at(api)).exit_code == 0
        assert len(api.asked) == 6


def test_a_release_stands_where_the_cdn_was_not_told(definition: Path, to: str) -> None:
    with answering(lambda _: Told(401)) as api:
        answer = leadbright("publish", str(definition), "--to", to, "--json", **at(api))
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["outcome"] == "published"
    assert answer.stderr == (
        "my-site: the release stands, but the CDN was not told: the webhook refuses the credentials (401); see "
        "LEADBRIGHT_PURGE_TOKEN; visitors have it within two minutes all the same, or at once with leadbright purge "
        "--site my-site --env production\n"
    )
    assert leadbright("releases", "--to", to, "--site", "my-site").exit_code == 0
    assert TOKEN not in answer.output


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        (
            {"LEADBRIGHT_PURGE": "cloudflare:z1"},
            'LEADBRIGHT_PURGE: "cloudflare://…" names no CDN; write none, azure://',
        ),
        ({"LEADBRIGHT_PURGE": "fastly://", "LEADBRIGHT_CDN_BASE": ""}, "LEADBRIGHT_PURGE needs LEADBRIGHT_CDN_BASE: "),
    ],
)
def test_a_cdn_that_is_none_is_found_before_anything_is_live(
    definition: Path, to: str, environment: dict[str, str], says: str
) -> None:
    answer = leadbright("publish", str(definition), "--to", to, **environment)
    assert (answer.exit_code, answer.stderr.count("\n")) == (2, 1)
    assert answer.stderr.startswith(says)
    assert not Path(to.removeprefix("file://")).exists()


def test_without_a_cdn_there_is_none_to_purge() -> None:
    assert leadbright("purge", "--site", "my-site").exit_code == 2


def settings_with(tmp_path: Path, environment: dict[str, str]) -> Settings:
    settings = read_settings({"LEADBRIGHT_DATA": str(tmp_path / "data"), **environment}, tmp_path)
    assert isinstance(settings, Settings), settings
    return settings


async def test_what_is_published_from_the_pages_is_told_too(tmp_path: Path) -> None:
    refused: list[Asked] = []

    def now_and_then(asked: Asked) -> Told:
        return Told(403) if refused else cdn_api.webhook(asked)

    with answering(now_and_then) as api:
        environment = {**at(api), "LEADBRIGHT_CDN_BASE": BASE}
        front = front_of_settings(settings_with(tmp_path, environment), environment)
        publisher = TargetPublisher(FolderTarget(tmp_path / "cdn"), now, RUNTIME, cdn_teller(front, now))
        done = await publisher.publish(artifacts("a"), Note("anna", "1"))
        assert isinstance(done, Published)
        assert done.cdn == CdnAnswer("the webhook")
        assert urls(api) == [[f"{BASE}/production/shop/{name}" for name in ("relay.json", "config.json", "lb.js")]]
        refused.append(api.asked[0])
        with capture_logs() as logged:
            again = await publisher.publish(artifacts("a"), Note("anna", "1"))
    assert isinstance(again, AlreadyLive)
    assert again.cdn
    assert again.cdn.why == logged[0]["why"]
    assert [(each["site"], each["why"]) for each in logged] == [
        ("shop", "the webhook refuses the credentials (403); see LEADBRIGHT_PURGE_TOKEN")
    ]


def test_the_roles_of_one_machine_get_the_token_and_no_complaint(tmp_path: Path) -> None:
    own = {"LEADBRIGHT_PURGE": "https://hook.example/x", "LEADBRIGHT_PURGE_TOKEN": TOKEN}
    settings = settings_with(tmp_path, own)
    children = children_environment(settings, own)
    assert {name: children[name] for name in own} == own
    assert settings_with(tmp_path, {"LEADBRIGHT_PURGE": "none"}).purge == ""
    (complaint,) = read_settings({**own, "LEADBRIGHT_PURGE": "akamai://x"}, tmp_path)  # type: ignore[misc]
    assert "names no CDN" in complaint.text
