"""The commands that move what is published already: promote, off, clean, rebuild-log.

What they need is imported when they run, so that each starts quickly. May not know how a store is spoken to.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from leadbright.options import AS_JSON, ENV, FAILED, SITE, TO, environment_named
from leadbright.releasing import BY, NOTE, conclude, fail, note_of, released, run, say, site_named, target_at
from leadbright.watch_option import WATCH, watch_for

OFF_TRIES = 5
"""How often the kill switch is tried where others publish meanwhile."""

if TYPE_CHECKING:
    from cdn_publish.layout import Place
    from cdn_publish.target import Target
    from domain.artifact import ArtifactSet


@click.command("promote")
@TO
@SITE
@click.option("--release", "number", type=int, help="A release of staging; by default the one that is live there.")
@NOTE
@BY
@WATCH
@AS_JSON
def promote(to: str, site: str, number: int | None, note: str, by: str, watch: bool, as_json: bool) -> None:
    """Make what staging has, byte for byte, what visitors load."""
    from cdn_publish import release
    from cdn_publish.layout import Environment
    from cdn_publish.release import NoSuchRelease

    target, key = target_at(to), site_named(site)
    watching = watch_for(watch, target, Environment.PRODUCTION)
    promoting = release.promote(
        target, key, number, note_of(by, "", note or "promoted from staging"), datetime.now(UTC)
    )
    answer = released(promoting, to)
    if isinstance(answer, NoSuchRelease):
        which = "no release" if number is None else f"no release {number}"
        fail(f"{key} has {which} in staging; leadbright publish --env staging makes one", FAILED)
    try:
        conclude(key, Environment.PRODUCTION, answer, as_json=as_json, of="staging's release")
    finally:  # a CDN that could not be told of it is no reason to leave it alone
        watching(key, answer, as_json)


@click.command("off")
@TO
@SITE
@ENV
@NOTE
@BY
@AS_JSON
def off(to: str, site: str, env: str, note: str, by: str, as_json: bool) -> None:
    """Show everybody the original at once: the same site without any experiment. Counting goes on."""
    from cdn_publish import release
    from cdn_publish.layout import Place

    target, environment, key = target_at(to), environment_named(env), site_named(site)
    said = note_of(by, "", note or "all experiments off")
    for _ in range(OFF_TRIES):  # what is published meanwhile must be off as well, and not be lost
        live = run(_live(target, Place(environment, key)))
        artifacts = run(switched_off(target, Place(environment, key)))
        publishing = release.publish(target, environment, artifacts, said, datetime.now(UTC), after=live)
        answer = released(publishing, to)
        if not isinstance(answer, release.LostRace):
            break
    conclude(key, environment, answer, as_json=as_json)


@click.command("clean")
@TO
@SITE
@ENV
@AS_JSON
def clean(to: str, site: str, env: str, as_json: bool) -> None:
    """Take old releases' files away; never those of the last 20, or of the last 30 days."""
    from cdn_publish.cleaning import clean as take_away
    from cdn_publish.layout import Place

    target, environment, key = target_at(to), environment_named(env), site_named(site)
    taken = run(take_away(target, Place(environment, key), datetime.now(UTC)))
    if as_json:
        say(json.dumps({"site": key, "env": environment.value, "taken": taken}))
    else:
        say(f"{key}: the files of {len(taken)} old releases are gone; the log keeps every line")


@click.command("rebuild-log")
@TO
@SITE
@ENV
@BY
def rebuild_log(to: str, site: str, env: str, by: str) -> None:
    """Make a release log that is lost or damaged anew from what is there."""
    from cdn_publish.layout import Place
    from cdn_publish.rebuilding import Nothing, Rebuilt, Sound, rebuild
    from cdn_publish.release import LostRace
    from leadbright.told_cdn import tell_cdn

    target, environment, key = target_at(to), environment_named(env), site_named(site)
    note = note_of(by, "", "log rebuilt; the order of older releases is not known")
    match run(rebuild(target, Place(environment, key), note, datetime.now(UTC))):
        case Rebuilt(history):
            live = history.releases[-1]
            say(f"{key}: the log has {len(history.releases)} releases again; release {live.number} is live in {env}")
            tell_cdn(Place(environment, key))
        case Sound():
            say(f"{key}: the log is sound; nothing was done")
        case Nothing():
            fail(f"{key} has no whole release in {env}; take a damaged releases.json away and publish it", FAILED)
        case LostRace(newest):
            fail(f"{key}: release {newest.number} was published meanwhile; nothing was rebuilt", FAILED)


async def _live(target: Target, place: Place) -> int | None:
    """The number of the live release; None where there is none, or its log does not say."""
    from cdn_publish.history import DamagedError
    from cdn_publish.release import releases

    try:
        live = (await releases(target, place.environment, place.site)).history.live
    except DamagedError:
        return None
    return live.number if live else None


async def switched_off(target: Target, place: Place) -> ArtifactSet:
    """What is live there, without its experiments; ends the command where nothing is."""
    from config_compiler.compiler import MissingModuleError
    from leadbright import switching_off
    from leadbright.runtime import SnippetNotBuilt, load_runtime

    try:
        made = await switching_off.switched_off(target, place, load_runtime())
    except (ValueError, SnippetNotBuilt, MissingModuleError) as error:
        fail(f"nothing was published: {error}", FAILED)
    if made is None:
        fail(f"{place.site} has no release in {place.environment}", FAILED)
    return made


COMMANDS = {"promote": promote, "off": off, "clean": clean, "rebuild-log": rebuild_log}
"""What the command line takes from here."""
