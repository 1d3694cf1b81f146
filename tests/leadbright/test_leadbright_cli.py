"""The command line: what it says and how it leaves, with nothing running."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from importlib import metadata
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result

from domain.names import SiteKey
from leadbright.cli import APP
from leadbright.demo.site import DEFINITION
from leadbright.preparing import memory
from leadbright.settings import Settings, read_settings
from web.store import Store

V = TypeVar("V")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with no settings but a data folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADBRIGHT_DATA", str(tmp_path / "data"))
    return tmp_path


def run(*arguments: str) -> Result:
    """The command with these arguments."""
    return CliRunner().invoke(APP, list(arguments), prog_name="leadbright")


COMMANDS = ("init", "check", "compile", "decide", "explain", "publish", "rollback", "releases", "push", "pull")
RUNNING = ("up", "web", "relay", "aggregator", "demo", "migrate", "report", "site-secret", "token", "version")


@pytest.mark.parametrize("command", COMMANDS + RUNNING)
def test_every_command_is_there_and_says_what_it_does(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Usage: leadbright {command}" in result.output


def test_the_version_is_printed(bare: Path) -> None:
    result = run("version")
    assert (result.exit_code, result.output) == (0, f"{metadata.version('leadbright')}\n")


@pytest.mark.parametrize("command", ["up", "web", "relay", "aggregator", "demo", "migrate"])
def test_bad_settings_are_wrong_usage_and_all_are_said(
    command: str, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADBRIGHT_LOG", "xml")
    monkeypatch.setenv("LEADBRIGHT_RELAY_ULR", "http://x")
    result = run(command)
    assert result.exit_code == 2
    assert result.output.splitlines() == [
        "LEADBRIGHT_RELAY_ULR is not a setting; did you mean LEADBRIGHT_RELAY_URL?",
        'LEADBRIGHT_LOG "xml": write text or json',
    ]


@pytest.mark.parametrize("command", ["up", "web", "demo"])
def test_a_taken_port_is_wrong_usage_before_anything_starts(
    command: str, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in ("RELAY", "AGGREGATOR", "SHOP"):
        monkeypatch.setenv(f"LEADBRIGHT_{role}_LISTEN", "127.0.0.1:0")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("LEADBRIGHT_WEB_LISTEN", f"127.0.0.1:{port}")
        result = run(command)
    assert result.exit_code == 2
    assert result.output.startswith(f"port {port} of 127.0.0.1 is taken: ")
    assert result.output.count("\n") == 1


def test_both_databases_are_brought_up_to_date(bare: Path) -> None:
    assert run("migrate").exit_code == 0
    assert run("migrate").output == "both databases are up to date\n"
    assert (bare / "data" / "counts.db").exists()


def test_a_report_on_what_is_not_there_is_a_failure_in_one_line(bare: Path) -> None:
    result = run("report", "--site", "shop", "--experiment", "hero")
    assert result.exit_code == 1
    assert result.output == 'neither a definition nor a release of "shop" has an experiment "hero"\n'


def test_a_sites_secret_is_said_and_stays_the_same(bare: Path) -> None:
    first = run("site-secret", "shop").output.strip()
    assert len(first) == 43
    assert json.loads(run("site-secret", "shop", "--json").output) == {"site": "shop", "secret": first}
    assert run("site-secret", "other").output.strip() != first
    assert run("site-secret", "NOT A KEY").exit_code == 2


def test_a_token_is_made_without_a_browser(bare: Path) -> None:
    settings = read_settings({"LEADBRIGHT_DATA": str(bare / "data")}, bare)
    assert isinstance(settings, Settings)

    async def with_store(work: Callable[[Store], Awaitable[V]]) -> V:
        async with memory(settings) as store:
            return await work(store)

    assert run("migrate").exit_code == 0
    missing = run("token", "--site", "shop", "--name", "ci")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "there is no site shop" in missing.stderr
    asyncio.run(with_store(lambda store: store.save_definition(SiteKey("shop"), {"site.yaml": ""}, "owner")))
    made = run("token", "--site", "shop", "--name", "ci", "--write", "--days", "30")
    assert made.exit_code == 0
    found = asyncio.run(with_store(lambda store: store.api.token(made.stdout.strip())))
    assert found is not None
    assert (found.site, found.name, found.may_write, found.made_by) == ("shop", "ci", True, "the command line")
    reading = json.loads(run("token", "--site", "shop", "--name", "ci", "--json").stdout)["token"]
    found = asyncio.run(with_store(lambda store: store.api.token(reading)))
    assert found is not None
    assert not found.may_write
    for wrong in (("--site", "Shop", "--name", "ci"), ("--site", "shop", "--name", " "), ("--site", "shop")):
        assert run("token", *wrong).exit_code == 2


def test_a_report_by_a_key_that_is_none_is_wrong_usage(bare: Path) -> None:
    assert run("report", "--site", "Shop!", "--experiment", "hero").exit_code == 2


def test_the_demos_definition_has_nothing_wrong() -> None:
    result = run("check", str(DEFINITION), "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.output) == {"findings": []}


def test_checking_a_definition_does_not_load_what_serves() -> None:
    program = f"""
import sys
from leadbright.cli import main
sys.argv = ["leadbright", "check", {str(DEFINITION)!r}]
try:
    main()
except SystemExit as end:
    assert end.code in (0, None), end.code
for heavy in ("sanic", "grpc", "tortoise", "scipy", "httpx", "obstore", "structlog"):
    assert heavy not in sys.modules, heavy
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
