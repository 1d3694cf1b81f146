"""The commands that put a site where its visitors load it: publish, rollback, releases.

What they need is imported when they run, so that each starts quickly. May not know how a store is spoken to.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import subprocess
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from leadbright.options import (
    ANEW,
    AS_JSON,
    ENV,
    FAILED,
    FOLDER,
    RELAY_URL,
    SITE,
    TO,
    WRONG_USAGE,
    environment_named,
    relay_address,
)

if TYPE_CHECKING:
    from cdn_publish.history import Release, ReleaseNote
    from cdn_publish.layout import Environment
    from cdn_publish.release import LostRace, NoSuchRelease, Published, Unchanged
    from cdn_publish.target import Target
    from config_compiler.compiler import Compiled
    from config_compiler.source import Source
    from domain.names import SiteKey
    from leadbright.live_release import LiveRelease

NOTE = click.option("--note", default="", help="Why; kept in the log.")
BY = click.option("--by", default="", help="Who; kept in the log. By default the user of this machine.")

GIT_DEADLINE_S = 10

_LINE = "{number:>7}  {at:<20}  {digest:<16}  {revision:<9}  {by:<10}  {note}"
_HEADINGS = {name: name for name in ("number", "at", "digest", "revision", "by", "note")}

V = TypeVar("V")


@click.command("publish")
@FOLDER
@TO
@ENV
@NOTE
@BY
@RELAY_URL
@ANEW
@AS_JSON
def publish(folder: Path, to: str, env: str, note: str, by: str, relay_url: str, anew: bool, as_json: bool) -> None:
    """Compile a definition and make it what visitors load."""
    from cdn_publish import release

    target, environment = _target(to), environment_named(env)
    relay, source = relay_address(relay_url), _read(folder)
    live = None if anew else _live(source, target, environment)
    compiled = _compile(source, live, relay)
    note_of_it = _note(by, _revision(folder), note)
    publishing = release.publish(
        target,
        environment,
        compiled.artifacts,
        note_of_it,
        datetime.now(UTC),
        after=live.number if live else None,
    )
    _conclude(compiled.site.key, environment, _released(publishing, to), as_json=as_json)
    if not as_json:
        _say(f"beacons go to {compiled.plan.relay}")


@click.command("rollback")
@TO
@SITE
@click.option("--release", "number", type=int, help="Its number; by default the content before.")
@ENV
@NOTE
@BY
@AS_JSON
def rollback(to: str, site: str, number: int | None, env: str, note: str, by: str, as_json: bool) -> None:
    """Bring the content of an earlier release back, under a new number."""
    from cdn_publish import release

    target, environment, key = _target(to), environment_named(env), _site(site)
    why = note or ("back to the content before" if number is None else f"back to release {number}")
    rolling = release.rollback(target, environment, key, number, _note(by, "", why), datetime.now(UTC))
    _conclude(key, environment, _released(rolling, to), as_json=as_json)


@click.command("releases")
@TO
@SITE
@ENV
@AS_JSON
def releases(to: str, site: str, env: str, as_json: bool) -> None:
    """List what was published, newest first."""
    from cdn_publish.history import entry_of
    from cdn_publish.release import releases as read_releases

    target, environment, key = _target(to), environment_named(env), _site(site)
    found = _run(read_releases(target, environment, key))
    entries = [entry_of(release) for release in reversed(found.history.releases)]
    if as_json:
        _say(json.dumps({"site": key, "env": environment.value, "finished": found.finished, "releases": entries}))
    elif not entries:
        _fail(f"{key} has no release in {environment}", FAILED)
    else:
        _say(_LINE.format(**_HEADINGS))
        for entry in entries:
            _say(_LINE.format(**entry).rstrip())
    if not found.finished:
        _complain("the newest release was not finished: publish it again, or roll back")


def _conclude(
    site: SiteKey, env: Environment, answer: Published | Unchanged | LostRace | NoSuchRelease, *, as_json: bool
) -> None:
    from cdn_publish.release import LostRace, NoSuchRelease, Published, Unchanged

    match answer:
        case Published(release, content_of):
            said = f"{site}: release {release.number} is live in {env}"
            said += "" if content_of is None else f", with the content of release {content_of}"
            _answer("published", site, env, release, said, as_json=as_json)
        case Unchanged(release):
            said = f"{site}: nothing new; release {release.number} with this content is live in {env}"
            _answer("unchanged", site, env, release, said, as_json=as_json)
        case LostRace(newest):
            if as_json:
                _answer("lost-race", site, env, newest, "", as_json=True)
            by = f" by {newest.by}" if newest.by else ""
            _fail(f"{site}: release {newest.number}{by} came first and is live; look at it, then try again", FAILED)
        case NoSuchRelease(None):
            _fail(
                f"{site} has no other content in {env} from before the live one; --release says which of all releases",
                FAILED,
            )
        case NoSuchRelease(number):
            _fail(f"{site} has no release {number} in {env}; leadbright releases lists them", FAILED)


def _answer(outcome: str, site: SiteKey, env: Environment, release: Release, said: str, *, as_json: bool) -> None:
    from cdn_publish.history import entry_of

    answer = {"outcome": outcome, "site": site, "env": env.value, "release": entry_of(release)}
    _say(json.dumps(answer) if as_json else said)


def _read(folder: Path) -> Source:
    from leadbright.definition_folder import read_definition

    try:
        return read_definition(folder)
    except NotADirectoryError:
        _fail(f"there is no folder {folder}", WRONG_USAGE)
    except OSError as error:
        _fail(f"nothing was published: {error}", FAILED)


def _live(source: Source, target: Target, environment: Environment) -> LiveRelease:
    """What is live, to go on from; whoever cannot have it read may publish without it."""
    from leadbright.comparing import read_live

    instead = "; --anew publishes without comparing, and may deal visitors of running experiments out anew"
    return read_live(source, target, environment, "nothing was published", instead)


def _compile(source: Source, live: LiveRelease | None, relay: str) -> Compiled:
    from config_compiler.compiler import Deployment, MissingModuleError, Rejected, compile_site
    from config_compiler.render import terminal
    from leadbright.runtime import SnippetNotBuilt, load_runtime

    try:
        compiled = compile_site(source, live.plan if live else None, load_runtime(), Deployment(relay))
    except (SnippetNotBuilt, MissingModuleError) as error:
        _fail(f"nothing was published: {error}", FAILED)
    if compiled.findings:
        sys.stderr.write(terminal.render(compiled.findings, source, color=sys.stderr.isatty()))
    if isinstance(compiled, Rejected):
        _fail("nothing was published", FAILED)
    return compiled


def _target(url: str) -> Target:
    from cdn_publish.opening import BadTarget, open_target

    target = open_target(url)
    if isinstance(target, BadTarget):
        _fail(target.reason, WRONG_USAGE)
    return target


def _site(key: str) -> SiteKey:
    from domain.names import SiteKey, is_key

    if not is_key(key):
        _fail(f'"{key}" is not the key of a site; it is lower-case letters, digits and hyphens', WRONG_USAGE)
    return SiteKey(key)


def _note(by: str, revision: str, note: str) -> ReleaseNote:
    from cdn_publish.history import ReleaseNote

    return ReleaseNote(by or _user(), revision, note)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return ""


def _revision(folder: Path) -> str:
    """The commit that the definition is at, with a + where it was changed since; empty outside of git."""
    command = ["git", "-C", str(folder), "describe", "--always", "--exclude=*", "--dirty=+"]
    try:
        described = subprocess.run(command, capture_output=True, text=True, check=False, timeout=GIT_DEADLINE_S)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return described.stdout.strip() if described.returncode == 0 else ""


def _released(work: Coroutine[Any, Any, V], to: str) -> V:
    """Wait for a release; where it fails, what was live still is."""
    from cdn_publish.target import TargetError

    def said(error: Exception) -> str:
        todo = f"; see that {to} can be written to, then try again" if isinstance(error, TargetError) else ""
        return f"nothing was published: {error}{todo}"

    return _run(work, said)


def _run(work: Coroutine[Any, Any, V], said: Callable[[Exception], str] = str) -> V:
    """Wait for the store; its failures are one line for the person who publishes."""
    from cdn_publish.history import DamagedError
    from cdn_publish.target import TargetError

    try:
        return asyncio.run(work)
    except (TargetError, DamagedError) as error:
        _fail(said(error), FAILED)


def _say(text: str) -> None:
    click.echo(text)


def _complain(text: str) -> None:
    click.echo(text, err=True)


def _fail(text: str, status: int) -> NoReturn:
    _complain(text)
    raise click.exceptions.Exit(status)


COMMANDS = {"publish": publish, "rollback": rollback, "releases": releases}
"""What the command line takes from here."""
