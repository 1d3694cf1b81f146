"""What stands behind the web's protocols here: reports over gRPC, and releases in the publish target.

May not know what a page shows of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib.resources import files
from typing import TypeVar

import structlog

from cdn_publish import history, release
from cdn_publish.history import DamagedError, ReleaseNote
from cdn_publish.layout import Environment, Place
from cdn_publish.target import Target, TargetError
from domain.artifact import ArtifactSet
from domain.names import RunName, SiteKey
from domain.report import Days, ExperimentCounts, TrafficCounts
from ingest_grpc.wire.ports import UnavailableError
from ingest_grpc.wire.report import Reports
from web.services import ENVIRONMENT, AlreadyLive, Note, Published, PublishFailed, Release, Unavailable

PUBLISH_DEADLINE_S = 20.0
READ_DEADLINE_S = 5.0

_log = structlog.get_logger()

_NO_ANSWER = Unavailable("the aggregator doesn't answer; what was counted is safe")

V = TypeVar("V")


class AnsweredReports:
    """Reports of an aggregator, whose silence is a value."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    async def experiment(self, site: SiteKey, run: RunName, days: Days) -> ExperimentCounts | Unavailable:
        """One run of an experiment over these days."""
        return await _answered(self._reports.experiment(site, run, days))

    async def traffic(self, site: SiteKey, days: Days) -> TrafficCounts | Unavailable:
        """One site over these days."""
        return await _answered(self._reports.traffic(site, days))


class TargetPublisher:
    """Publishes to a target; what a release says of itself comes from its log."""

    def __init__(
        self,
        target: Target,
        now: Callable[[], datetime],
        tell_cdn: Callable[[Place], Awaitable[None]] | None = None,
        noticed: Callable[[SiteKey], object] | None = None,
    ) -> None:
        """`tell_cdn` and `noticed` are told of each release."""
        self._target = target
        self._now = now
        self._tell_cdn = tell_cdn
        self._noticed = noticed
        self._environment = Environment(ENVIRONMENT)

    async def publish(self, artifacts: ArtifactSet, note: Note) -> Published | AlreadyLive | PublishFailed:
        """Publish one site."""
        said = ReleaseNote(note.by, note.revision, note.note)
        try:
            async with asyncio.timeout(PUBLISH_DEADLINE_S):
                answer = await release.publish(self._target, self._environment, artifacts, said, self._now())
        except TimeoutError:
            return PublishFailed("The publish target does not answer in time. Try again; nothing is half published.")
        except TargetError as error:
            return PublishFailed(f"{error}. See that Leadbright can write there, then publish again.")
        except DamagedError as error:
            return PublishFailed(f"Publishing did not work: {error}.")
        if self._tell_cdn and not isinstance(answer, release.LostRace):
            await self._tell_cdn(Place(self._environment, artifacts.site))
        match answer:
            case release.Published(made):
                if self._noticed:
                    self._noticed(artifacts.site)
                return Published(_release(made))
            case release.Unchanged(live):
                return AlreadyLive(_release(live))
            case release.LostRace(newest):
                return PublishFailed(
                    f"Release {newest.number} was published meanwhile. Look at it, then publish again if still wanted."
                )

    async def live(self, site: SiteKey) -> Release | Unavailable | None:
        """The newest release."""
        try:
            async with asyncio.timeout(READ_DEADLINE_S):
                found = await release.releases(self._target, self._environment, site)
        except (TimeoutError, TargetError, DamagedError):
            return Unavailable("the publish target can't be read")
        newest = found.history.live
        return None if newest is None else _release(newest)


def load_htmx() -> bytes:
    """The library behind checking as you type, as the snippet's build left it; empty where it did not."""
    try:
        return (files("snippet") / "dist" / "vendor" / "htmx.js").read_bytes()
    except (ModuleNotFoundError, FileNotFoundError):
        return b""


def _release(found: history.Release) -> Release:
    return Release(found.number, found.digest, found.at, found.by, found.revision)


async def _answered(question: Awaitable[V]) -> V | Unavailable:
    try:
        return await question
    except UnavailableError:
        return _NO_ANSWER
