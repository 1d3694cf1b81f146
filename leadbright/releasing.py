"""What the commands around releases have in common: their options, their answers, and failures in one line.

What they need is imported when they run, so that each starts quickly. May not know how a store is spoken to.
"""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from leadbright.options import FAILED, WRONG_USAGE

if TYPE_CHECKING:
    from cdn_publish.history import Release, ReleaseNote
    from cdn_publish.layout import Environment
    from cdn_publish.release import LostRace, NoSuchRelease, Published, Unchanged
    from cdn_publish.target import Target
    from domain.names import SiteKey

NOTE = click.option("--note", default="", help="Why; kept in the log.")
BY = click.option("--by", default="", help="Who; kept in the log. By default the user of this machine.")

V = TypeVar("V")


def conclude(
    site: SiteKey,
    env: Environment,
    answer: Published | Unchanged | LostRace | NoSuchRelease,
    *,
    as_json: bool,
    of: str = "release",
) -> None:
    """Say what became of a release and tell the CDN; end the command where there is none, or the CDN can't be told."""
    from cdn_publish.release import LostRace, NoSuchRelease, Published, Unchanged

    match answer:
        case Published(release, content_of):
            said = f"{site}: release {release.number} is live in {env}"
            said += "" if content_of is None else f", with the content of {of} {content_of}"
            _answer("published", site, env, release, said, as_json=as_json)
            _tell_cdn(site, env)
        case Unchanged(release):
            said = f"{site}: nothing new; release {release.number} with this content is live in {env}"
            _answer("unchanged", site, env, release, said, as_json=as_json)
            _tell_cdn(site, env)  # whoever published it may not have come so far
        case LostRace(newest):
            if as_json:
                _answer("lost-race", site, env, newest, "", as_json=True)
            by = f" by {newest.by}" if newest.by else ""
            fail(f"{site}: release {newest.number}{by} came first and is live; look at it, then try again", FAILED)
        case NoSuchRelease(None):
            fail(
                f"{site} has no other content in {env} from before the live one; --release says which of all releases",
                FAILED,
            )
        case NoSuchRelease(number):
            fail(f"{site} has no release {number} in {env}; leadbright releases lists them", FAILED)


def _answer(outcome: str, site: SiteKey, env: Environment, release: Release, said: str, *, as_json: bool) -> None:
    from cdn_publish.history import entry_of

    answer = {"outcome": outcome, "site": site, "env": env.value, "release": entry_of(release)}
    say(json.dumps(answer) if as_json else said)


def _tell_cdn(site: SiteKey, env: Environment) -> None:
    from cdn_publish.layout import Place
    from leadbright.told_cdn import tell_cdn

    tell_cdn(Place(env, site))


def target_at(url: str) -> Target:
    """The target behind a URL; ends the command where there is none."""
    from cdn_publish.opening import BadTarget, open_target

    target = open_target(url)
    if isinstance(target, BadTarget):
        fail(target.reason, WRONG_USAGE)
    return target


def site_named(key: str) -> SiteKey:
    """The key of a site; ends the command where that is not what was written."""
    from domain.names import SiteKey, is_key

    if not is_key(key):
        fail(f'"{key}" is not the key of a site; it is lower-case letters, digits and hyphens', WRONG_USAGE)
    return SiteKey(key)


def note_of(by: str, revision: str, note: str) -> ReleaseNote:
    """Who releases, from which revision of the definition, and why."""
    from cdn_publish.history import ReleaseNote

    return ReleaseNote(by or _user(), revision, note)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return ""


def released(work: Coroutine[Any, Any, V], to: str) -> V:
    """Wait for a release; where it fails, what was live still is, unless it is said that this is not known."""
    from cdn_publish.release import UnfinishedError
    from cdn_publish.target import TargetError
    from leadbright.told_cdn import front

    try:
        front()
    except click.exceptions.Exit:  # a CDN that there is not: found before anything is live
        work.close()
        raise

    def said(error: Exception) -> str:
        if isinstance(error, UnfinishedError):
            return f"{error}; do the same again, which finishes it"
        todo = f"; see that {to} can be written to, then try again" if isinstance(error, TargetError) else ""
        return f"nothing was published: {error}{todo}"

    return run(work, said)


def run(work: Coroutine[Any, Any, V], said: Callable[[Exception], str] = str) -> V:
    """Wait for the store; its failures are one line for the person who publishes."""
    from cdn_publish.history import DamagedError
    from cdn_publish.target import TargetError

    try:
        return asyncio.run(work)
    except (TargetError, DamagedError) as error:
        fail(said(error), FAILED)


def say(text: str) -> None:
    """One line of the answer."""
    click.echo(text)


def complain(text: str) -> None:
    """One line beside the answer."""
    click.echo(text, err=True)


def fail(text: str, status: int = FAILED) -> NoReturn:
    """End the command with one line."""
    complain(text)
    raise click.exceptions.Exit(status)
