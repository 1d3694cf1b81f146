"""The commands that put a site where its visitors load it: publish, rollback, releases.

What they need is imported when they run, so that each starts quickly. May not know how a store is spoken to.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadbright.looking_over import BROWSER, look_over
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
from leadbright.rehearsing import DRY_RUN, EXIT_CODE, FORMAT, rehearse
from leadbright.releasing import (
    BY,
    NOTE,
    complain,
    conclude,
    fail,
    note_of,
    released,
    run,
    say,
    site_named,
    target_at,
)
from leadbright.revision import revision_of
from leadbright.watch_option import WATCH, watch_for

if TYPE_CHECKING:
    from cdn_publish.layout import Environment
    from cdn_publish.target import Target
    from config_compiler.compiler import Compiled
    from config_compiler.source import Source
    from leadbright.live_release import LiveRelease

_LINE = "{number:>7}  {at:<20}  {digest:<16}  {revision:<9}  {by:<10}  {note}"
_HEADINGS = {name: name for name in ("number", "at", "digest", "revision", "by", "note")}


@click.command("publish")
@FOLDER
@TO
@ENV
@NOTE
@BY
@RELAY_URL
@ANEW
@DRY_RUN
@EXIT_CODE
@BROWSER
@FORMAT
@WATCH
@AS_JSON
def publish(
    folder: Path,
    to: str,
    env: str,
    note: str,
    by: str,
    relay_url: str,
    anew: bool,
    dry_run: bool,
    exit_code: bool,
    browser: str,
    output: str,
    watch: bool,
    as_json: bool,
) -> None:
    """Compile a definition and make it what visitors load."""
    from cdn_publish import release

    as_json |= output == "json"
    target, environment = target_at(to), environment_named(env)
    watching = watch_for(watch, target, environment)
    relay, source = relay_address(relay_url), _read(folder)
    live = None if anew else _live(source, target, environment)
    compiled = _compile(source, live, relay)
    look_over(compiled.artifacts, browser)
    if dry_run:
        rehearse(target, environment, compiled, live, as_json=as_json, exit_code=exit_code)
        return
    note_of_it = note_of(by, revision_of(folder), note)
    publishing = release.publish(
        target,
        environment,
        compiled.artifacts,
        note_of_it,
        datetime.now(UTC),
        after=live.number if live else None,
    )
    answer = released(publishing, to)
    try:
        conclude(compiled.site.key, environment, answer, as_json=as_json)
        if not as_json:
            say(f"beacons go to {compiled.plan.relay}")
    finally:  # a CDN that could not be told of it is no reason to leave it alone
        watching(compiled.site.key, answer, as_json)


@click.command("rollback")
@TO
@SITE
@click.option("--release", "number", type=int, help="Its number; by default the content before.")
@click.option("--after", type=int, help="Only if this one is live: somebody else may have rolled it back already.")
@ENV
@NOTE
@BY
@AS_JSON
def rollback(
    to: str, site: str, number: int | None, after: int | None, env: str, note: str, by: str, as_json: bool
) -> None:
    """Bring the content of an earlier release back, under a new number."""
    from cdn_publish import release

    target, environment, key = target_at(to), environment_named(env), site_named(site)
    why = note or ("back to the content before" if number is None else f"back to release {number}")
    rolling = release.rollback(target, environment, key, number, note_of(by, "", why), datetime.now(UTC), after=after)
    conclude(key, environment, released(rolling, to), as_json=as_json)


@click.command("releases")
@TO
@SITE
@ENV
@AS_JSON
def releases(to: str, site: str, env: str, as_json: bool) -> None:
    """List what was published, newest first."""
    from cdn_publish.history import entry_of
    from cdn_publish.release import releases as read_releases

    target, environment, key = target_at(to), environment_named(env), site_named(site)
    found = run(read_releases(target, environment, key))
    entries = [entry_of(release) for release in reversed(found.history.releases)]
    if as_json:
        say(json.dumps({"site": key, "env": environment.value, "finished": found.finished, "releases": entries}))
    elif not entries:
        fail(f"{key} has no release in {environment}", FAILED)
    else:
        say(_LINE.format(**_HEADINGS))
        for entry in entries:
            say(_LINE.format(**entry).rstrip())
    if not found.finished:
        complain("the newest release was not finished: publish it again, or roll back")


def _read(folder: Path) -> Source:
    from leadbright.definition_folder import read_definition

    try:
        return read_definition(folder)
    except NotADirectoryError:
        fail(f"there is no folder {folder}", WRONG_USAGE)
    except OSError as error:
        fail(f"nothing was published: {error}", FAILED)


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
        fail(f"nothing was published: {error}", FAILED)
    if compiled.findings:
        sys.stderr.write(terminal.render(compiled.findings, source, color=sys.stderr.isatty()))
    if isinstance(compiled, Rejected):
        fail("nothing was published", FAILED)
    return compiled


COMMANDS = {"publish": publish, "rollback": rollback, "releases": releases}
"""What the command line takes from here."""
