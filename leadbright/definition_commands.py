"""The commands that work on a definition folder: check, compile, decide.

What they need is imported when they run, so that each starts quickly. May not know about servers or accounts.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

import click

from leadbright.options import (
    AGAINST,
    AS_JSON,
    ENV,
    FAILED,
    FOLDER,
    OUT,
    RELAY_URL,
    WRONG_USAGE,
    environment_named,
    relay_address,
)

if TYPE_CHECKING:
    from config_compiler.compiler import Compiled
    from config_compiler.finding import Finding
    from config_compiler.source import Source
    from domain.artifact import ArtifactSet
    from domain.plan import Plan
    from domain.site import Site
    from domain.visits import Visit

ROUNDS = 5
"""Most times that a definition is mended in one go."""


FORMATS = ("text", "json", "sarif", "github")


@click.command("check")
@FOLDER
@click.option("--format", "output", type=click.Choice(FORMATS), default="text", help="How findings are printed.")
@click.option("--fix", is_flag=True, help="Mend what can be mended without asking, then check again.")
@AGAINST
@ENV
@AS_JSON
def check(folder: Path, output: str, fix: bool, against: str | None, env: str, as_json: bool) -> None:
    """Say everything that is wrong with a definition."""
    from config_compiler.checking import Rejected, check_site

    source = _mended(folder) if fix else read(folder)
    answer = check_site(source, _live_plan(source, against, env))
    shown_as = "json" if as_json else output
    _show(answer.findings, source, folder, shown_as)
    if isinstance(answer, Rejected):
        raise click.exceptions.Exit(FAILED)
    if shown_as == "text":
        count = len(answer.site.experiments)
        _say(f"{answer.site.key}: {count} experiment{'' if count == 1 else 's'}, nothing wrong")


def _live_plan(source: Source, against: str | None, env: str) -> Plan | None:
    """What visitors load now, where the definition is to be compared with it."""
    if against is None:
        return None
    from leadbright.comparing import live_plan_at

    return live_plan_at(source, against, env)


def _mended(folder: Path) -> Source:
    """The definition after every fix, round by round, since one may bring another to light; says what was mended."""
    from config_compiler.checking import check_site
    from config_compiler.fixing import done, fixed
    from leadbright.definition_folder import write_definition

    before = source = read(folder)
    for _ in range(ROUNDS):
        source, mended = fixed(source, check_site(source).findings)
        for finding in mended:
            _write(sys.stderr, f"{finding.place.file}:{finding.span.line}: {done(finding)}: {finding.message}\n")
        if not mended:
            break
    try:
        write_definition(folder, before, source)
    except OSError as error:
        _fail(f"cannot write: {error}")
    return source


@click.command("compile")
@FOLDER
@OUT
@ENV
@RELAY_URL
@AGAINST
@AS_JSON
def compile_(folder: Path, out: Path, env: str, relay_url: str, against: str | None, as_json: bool) -> None:
    """Write a site's artifacts in the layout in which they are published."""
    from leadbright.published_layout import write_artifacts

    source, relay = read(folder), relay_address(relay_url)
    compiled = _compiled(source, _live_plan(source, against, env), relay)
    artifacts = compiled.artifacts
    try:
        write_artifacts(out, environment_named(env), artifacts)
    except OSError as error:
        _fail(f"cannot write: {error}")
    _say(_receipt(artifacts, dict(compiled.costs), env, as_json=as_json))


@click.command("decide")
@FOLDER
@click.option("--url", required=True, help="The address of the page.")
@click.option("--visitor", required=True, help="8 hex digits; - reads them from standard input.")
@click.option("--device", default="desktop", show_default=True, help="desktop, mobile or tablet.")
@click.option("--country", default="", help="Two capitals such as DE.")
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Such as hour=9, cookie.plan=pro or now=2026-12-01T09:00.",
)
@AS_JSON
def decide(
    folder: Path, url: str, visitor: str, device: str, country: str, settings: tuple[str, ...], as_json: bool
) -> None:
    """Say what a new visitor would get on a page, and why."""
    from config_compiler.compiler import plan_site
    from leadbright.deciding import decisions, host_of, sentences

    if not host_of(url):
        _fail(f'"{url}" is not the address of a page; write it like https://shop.example/', WRONG_USAGE)
    words = {"device": device, "country": country, **dict(map(_setting, settings))}
    site = checked(read(folder))
    plan, visit = plan_site(site), _visit(url, words, site.timezone)
    for seed in _seeds(visitor):
        answers = decisions(site, plan, visit, seed)
        _say(json.dumps(answers) if as_json else "\n".join(sentences(answers)))


def _setting(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        _fail(f'"{text}" sets nothing; write it like hour=9', WRONG_USAGE)
    return name, value


def _visit(url: str, words: dict[str, str], timezone: str) -> Visit:
    from leadbright.described_visit import ImpossibleVisitError, described, visit_to

    try:
        return described(visit_to(url, int(time.time()) // 60, timezone), words, timezone)
    except ImpossibleVisitError as error:
        _fail(str(error), WRONG_USAGE)


def read(folder: Path) -> Source:
    """The definition in a folder; ends the command where it cannot be read."""
    from leadbright.definition_folder import read_definition

    try:
        return read_definition(folder)
    except NotADirectoryError:
        _fail(f"there is no folder {folder}", WRONG_USAGE)
    except OSError as error:
        _fail(f"cannot read: {error}")


def checked(source: Source) -> Site:
    """The site that is meant; ends the command where something is wrong with it."""
    from config_compiler.checking import Rejected, check_site

    answer = check_site(source)
    if isinstance(answer, Rejected):
        _warn(answer.findings, source)
        raise click.exceptions.Exit(FAILED)
    return answer.site


def _compiled(source: Source, live: Plan | None, relay_url: str) -> Compiled:
    from config_compiler.compiler import Deployment, MissingModuleError, Rejected, compile_site
    from leadbright.runtime import SnippetNotBuilt, load_runtime

    try:
        compiled = compile_site(source, live, load_runtime(), Deployment(relay_url))
    except (SnippetNotBuilt, MissingModuleError) as error:
        _fail(str(error))
    _warn(compiled.findings, source)
    if isinstance(compiled, Rejected):
        raise click.exceptions.Exit(FAILED)
    return compiled


def _receipt(artifacts: ArtifactSet, costs: dict[str, int], env: str, *, as_json: bool) -> str:
    sizes = {artifact.name: len(artifact.body) for artifact in artifacts.artifacts}
    if as_json:
        return json.dumps(
            {"site": artifacts.site, "env": env, "digest": artifacts.digest, "bytes": sizes, "lb.js": costs}
        )
    listed = ", ".join(f"{name} {size:,} bytes" for name, size in sizes.items())
    parts = ", ".join(f"{name} {size:,}" for name, size in costs.items())
    return f"{artifacts.site} {artifacts.digest}: {listed}\nlb.js holds {parts}"


def _seeds(visitor: str) -> Iterable[str]:
    for seed in (line.strip() for line in sys.stdin) if visitor == "-" else (visitor,):
        if not re.fullmatch(r"[0-9a-f]{8}", seed):
            _fail(f'"{seed}" is not a visitor; a visitor is 8 hex digits such as 0badcafe', WRONG_USAGE)
        yield seed


def _show(findings: tuple[Finding, ...], source: Source, folder: Path, output: str) -> None:
    """What people read goes to standard error, what other programs read to standard output."""
    from config_compiler.render import github, report, sarif
    from leadbright.revision import in_repository

    match output:
        case "text":
            _warn(findings, source)
        case "json":
            _write(sys.stdout, report.render(findings))
        case "sarif":
            _write(sys.stdout, sarif.render(findings, in_repository(folder)))
        case "github":
            _write(sys.stdout, github.render(findings, in_repository(folder)))


def _warn(findings: tuple[Finding, ...], source: Source) -> None:
    from config_compiler.render import terminal

    if findings:
        color = sys.stderr.isatty() and "NO_COLOR" not in os.environ
        _write(sys.stderr, terminal.render(findings, source, color=color))


def _say(text: str) -> None:
    _write(sys.stdout, f"{text}\n")


def _fail(text: str, status: int = FAILED) -> NoReturn:
    _write(sys.stderr, f"{text}\n")
    raise click.exceptions.Exit(status)


def _write(stream: IO[str], text: str) -> None:
    """As UTF-8, whatever the locale, so that other programs can rely on it."""
    stream.flush()
    stream.buffer.write(text.encode())  # type: ignore[attr-defined]
    stream.flush()


COMMANDS = {
    "check": check,
    "compile": compile_,
    "decide": decide,
}
"""What the command line takes from here."""
