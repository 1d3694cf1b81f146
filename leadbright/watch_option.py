"""The option to stay and watch how a release fares, for the commands that make one.

What is needed is imported when it is used, so that each command starts quickly. May not know what speaks against a
release.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadbright.options import FAILED, WRONG_USAGE
from leadbright.releasing import complain, fail, run, say

if TYPE_CHECKING:
    from cdn_publish.layout import Environment, Place
    from cdn_publish.release import LostRace, NoSuchRelease, Published, Unchanged
    from cdn_publish.target import Target
    from domain.names import SiteKey
    from leadbright.settings import Settings
    from leadbright.watching import Ended

WATCH = click.option(
    "--watch",
    is_flag=True,
    help="Stay for the minutes of LEADBRIGHT_GUARD (by default 10) and roll back what breaks the site.",
)

_BUCKET = ("LEADBRIGHT_CDN", "LEADBRIGHT_CDN_BASE")
"""Where it is published was said by an option."""

Watching = Callable[["SiteKey", "Published | Unchanged | LostRace | NoSuchRelease", bool], None]
"""Takes the site, what became of the release, and whether JSON is wanted."""


def watch_for(wanted: bool, target: Target, environment: Environment) -> Watching:
    """What is to be done once there is a release; ends the command where watching is not possible."""
    from cdn_publish.layout import Environment, Place
    from cdn_publish.release import Published

    if not wanted:
        return lambda _site, _answer, _as_json: None
    if environment is not Environment.PRODUCTION:
        fail(f"--watch needs visitors, and {environment} has none; publish to production", WRONG_USAGE)
    settings = _settings()

    def watching(site: SiteKey, answer: Published | Unchanged | LostRace | NoSuchRelease, as_json: bool) -> None:
        if isinstance(answer, Published):
            place = Place(environment, site)
            ended = _watched(settings, target, place, answer.release.number)
            conclude_watch(place, answer.release.number, ended, as_json=as_json)

    return watching


def _watched(settings: Settings, target: Target, place: Place, number: int) -> Ended:
    from ingest_grpc.wire.report import ReportClient
    from leadbright.logs import start_log
    from leadbright.papers import aggregator_channel
    from leadbright.purging import cdn_teller
    from leadbright.setting_values import GUARD_MINUTES
    from leadbright.told_cdn import front
    from leadbright.watching import Post, watch
    from leadbright.wiring.clock import now

    minutes = settings.guard or GUARD_MINUTES
    start_log("publish", settings.log or "text")
    complain(f"{place.site}: release {number} is to be watched for {minutes} minutes; Ctrl-C leaves it as it is")

    async def watched() -> Ended:
        async with aggregator_channel(settings) as channel:
            tell_cdn = cdn_teller(front(), now)
            post = Post(target, ReportClient(channel).health, now, asyncio.sleep, tell_cdn)
            return await watch(post, place, number, minutes * 60.0)

    return run(watched(), lambda error: f"release {number} is live, but it could not be watched: {error}")


def conclude_watch(place: Place, number: int, ended: Ended, *, as_json: bool) -> None:
    """Say how a watch ended; end the command where the release did not stay, or nothing was to be seen."""
    from leadbright.watching import RolledBack, Unseen, said

    text = f"{place.site}: release {number}: {said(ended)}"
    if as_json:
        outcome = _spelled(type(ended).__name__)
        say(json.dumps({"outcome": outcome, "site": place.site, "env": place.environment.value, "why": said(ended)}))
    if isinstance(ended, (RolledBack, Unseen)):
        fail(text, FAILED)
    if not as_json:
        say(text)


def _spelled(name: str) -> str:
    """`RolledBack` as `rolled-back`."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def _settings() -> Settings:
    from leadbright.settings import Settings, read_settings

    environment = {name: text for name, text in os.environ.items() if name not in _BUCKET}
    settings = read_settings(environment, Path.cwd())
    if not isinstance(settings, Settings):
        fail("\n".join(complaint.text for complaint in settings), WRONG_USAGE)
    return settings
