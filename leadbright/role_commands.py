"""The commands that run things: each role alone, all of them together, the demo, the databases, and a report.

What they need is imported when they run, so that each starts quickly. May not know how a role is put together.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from leadbright.options import AS_JSON, FAILED, SITE, WRONG_USAGE

if TYPE_CHECKING:
    from leadbright.process import Role
    from leadbright.settings import Settings

V = TypeVar("V")

LEASHED = click.option(
    "--leashed", is_flag=True, hidden=True, help="End with the process at the other end of standard input."
)


@click.command("up")
def up() -> None:
    """Run every role on this machine, restarting any that dies, until Ctrl-C."""
    settings = _settings("web_listen", "relay_listen", "aggregator_listen")
    from leadbright.house import run_house

    _log("up", settings)
    raise click.exceptions.Exit(run_house(settings))


@click.command("web")
@LEASHED
def web(leashed: bool) -> None:
    """Run the web pages alone."""
    settings = _settings("web_listen")
    if not leashed:
        _offer_link(settings)
    from leadbright.wiring import web as wiring

    _run("web", settings, lambda: wiring.web(settings), leashed=leashed)


@click.command("relay")
@LEASHED
@click.option("--worker", type=int, default=0, hidden=True, help="Be this one of several processes; 0: all of it.")
def relay(leashed: bool, worker: int) -> None:
    """Run a relay alone; where releases go to a folder, it serves them too."""
    settings = _settings() if worker else _settings("relay_listen")
    if settings.relay_workers > 1 and not worker:
        from leadbright.wiring import relay_workers

        _run("relay", settings, lambda: relay_workers.workers(settings), leashed=leashed)
    from leadbright.wiring import relay as wiring

    name = f"relay-{worker}" if worker else "relay"
    _run(name, settings, lambda: wiring.relay(settings, worker or 1), leashed=leashed)


@click.command("aggregator")
@LEASHED
def aggregator(leashed: bool) -> None:
    """Run an aggregator alone."""
    settings = _settings("aggregator_listen")
    from leadbright.wiring import aggregator as wiring

    _run("aggregator", settings, lambda: wiring.aggregator(settings), leashed=leashed)


@click.command("demo")
def demo() -> None:
    """Run everything with a demo shop and a crowd of simulated visitors, until Ctrl-C."""
    from leadbright.demo.site import DEMO_DEFAULTS

    settings = _settings("web_listen", "relay_listen", "aggregator_listen", "shop_listen", defaults=DEMO_DEFAULTS)
    from leadbright.house import run_demo

    _log("demo", settings)
    raise click.exceptions.Exit(run_demo(settings))


@click.command("demo-shop", hidden=True)
@LEASHED
def demo_shop(leashed: bool) -> None:
    """Run the demo shop alone."""
    settings = _settings("shop_listen")
    from leadbright.wiring import demo_shop as wiring

    _run("demo-shop", settings, lambda: wiring.shop(settings), leashed=leashed)


@click.command("demo-crowd", hidden=True)
@LEASHED
def demo_crowd(leashed: bool) -> None:
    """Let simulated visitors come to the demo shop."""
    settings = _settings()
    from leadbright.wiring import demo_crowd as wiring

    _run("demo-crowd", settings, lambda: wiring.crowd(settings), leashed=leashed)


@click.command("migrate")
def migrate() -> None:
    """Bring the tables of both databases up to date."""
    settings = _settings()
    from leadbright.upkeep import migrate_databases

    _wait_for(migrate_databases(settings))
    click.echo("both databases are up to date")


@click.command("report")
@SITE
@click.option("--experiment", required=True, help="The key of the experiment.")
@click.option("--phase", type=click.IntRange(1, 999), help="Another phase than the present one.")
@AS_JSON
def report(site: str, experiment: str, phase: int | None, as_json: bool) -> None:
    """Print what an experiment has shown so far, in its present phase or the one given."""
    from domain.names import ExperimentKey, SiteKey, is_key
    from leadbright.upkeep import report as ask
    from leadbright.upkeep import written
    from web.analysis.written import result_json

    for key in (site, experiment):
        if not is_key(key):
            _fail(f'"{key}" is not a key; a key is lower-case letters, digits and hyphens', WRONG_USAGE)
    answer = _wait_for(ask(_settings(), SiteKey(site), ExperimentKey(experiment), phase))
    click.echo(json.dumps(result_json(answer.result)) if as_json else written(answer))


@click.command("version")
def version() -> None:
    """Print the version."""
    click.echo(metadata.version("leadbright"))


def _settings(*binding: str, defaults: dict[str, str] | None = None) -> Settings:
    """The settings; or every complaint on a line of its own, and the end."""
    from leadbright.settings import Settings, read_settings

    settings = read_settings(os.environ, Path.cwd(), defaults=defaults, binding=binding)
    if not isinstance(settings, Settings):
        _fail("\n".join(complaint.text for complaint in settings), WRONG_USAGE)
    return settings


def _offer_link(settings: Settings) -> None:
    from leadbright.preparing import CannotPrepareError, prepare_house

    try:
        click.echo(f"sign in, once: {asyncio.run(prepare_house(settings))}")
    except CannotPrepareError as error:
        _fail(str(error), FAILED)


def _run(name: str, settings: Settings, role: Role, *, leashed: bool) -> NoReturn:
    from leadbright.process import run_until_stopped

    _log(name, settings)
    raise click.exceptions.Exit(run_until_stopped(role, leashed=leashed))


def _wait_for(work: Coroutine[Any, Any, V]) -> V:
    from leadbright.upkeep import TroubleError

    try:
        return asyncio.run(work)
    except TroubleError as error:
        _fail(str(error), FAILED)


def _log(name: str, settings: Settings) -> None:
    from leadbright.logs import start_log

    start_log(name, settings.log or ("text" if sys.stderr.isatty() else "json"))


def _fail(text: str, status: int) -> NoReturn:
    click.echo(text, err=True)
    raise click.exceptions.Exit(status)


COMMANDS = {
    command.name: command
    for command in (up, web, relay, aggregator, demo, demo_shop, demo_crowd, migrate, report, version)
}
"""What the command line takes from here."""
