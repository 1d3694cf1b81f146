"""Publishes for the web, to the publish target; what a release says of itself comes from its log.

May not know what a page shows of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from cdn_publish import history, layout, release
from cdn_publish.history import DamagedError, ReleaseNote
from cdn_publish.layout import Place
from cdn_publish.purging.telling import NotTold, Told
from cdn_publish.site_files import SiteFiles
from cdn_publish.target import Target, TargetError
from config_compiler.compiler import MissingModuleError
from config_compiler.differences.comparing import Side
from config_compiler.template import Runtime
from domain.artifact import ArtifactSet, Digest
from domain.names import SiteKey
from domain.plan import Plan
from leadbright.doubts import Refused
from leadbright.live_release import UnreadablePlanError, live_release
from leadbright.released_side import side_of
from leadbright.switching_off import switched_off
from web.services import (
    AlreadyLive,
    CdnAnswer,
    Environment,
    LostRace,
    Note,
    OnLive,
    Outcome,
    Published,
    PublishFailed,
    Release,
    ReleaseLog,
    Unavailable,
    Unfinished,
)

PUBLISH_DEADLINE_S = 20.0
READ_DEADLINE_S = 5.0

_UNREADABLE = Unavailable("the publish target can't be read")
_FOREIGN = "it was published by another version of Leadbright"

V = TypeVar("V")

TellCdn = Callable[[Place], Awaitable[Told | NotTold | None]]

_Answer = release.Published | release.Unchanged | release.LostRace | release.NoSuchRelease


class TargetPublisher:
    """Publishes to a target. `tell_cdn` and `noticed` are told of each release."""

    def __init__(
        self,
        target: Target,
        now: Callable[[], datetime],
        runtime: Runtime,
        tell_cdn: TellCdn | None = None,
        noticed: Callable[[SiteKey], object] | None = None,
        refuse: Callable[[ArtifactSet], Refused | None] | None = None,
    ) -> None:
        """`noticed` hears of production alone; `refuse` looks a compiled definition over before."""
        self._target = target
        self._now = now
        self._runtime = runtime
        self._tell_cdn = tell_cdn
        self._noticed = noticed
        self._refuse = refuse

    async def publish(
        self,
        artifacts: ArtifactSet,
        note: Note,
        *,
        environment: Environment = Environment.PRODUCTION,
        after: int | None = None,
        on_live: OnLive | None = None,
    ) -> Outcome:
        """Publish one site."""
        if self._refuse and (refused := await asyncio.to_thread(self._refuse, artifacts)):
            return PublishFailed(refused.sentence)
        place = _place(environment, artifacts.site)
        return await self._release(place, self._publish(place, artifacts, note, after), on_live)

    async def promote(
        self, site: SiteKey, number: int, note: Note, *, after: int, on_live: OnLive | None = None
    ) -> Outcome:
        """Make the bytes of that release of staging what visitors load."""
        work = release.promote(self._target, site, number, _note(note), self._now(), after=after)
        return await self._release(_place(Environment.PRODUCTION, site), work, on_live)

    async def roll_back(
        self,
        environment: Environment,
        site: SiteKey,
        number: int,
        note: Note,
        *,
        after: int,
        on_live: OnLive | None = None,
    ) -> Outcome:
        """Bring the content of an earlier release back."""
        place = _place(environment, site)
        said, at = _note(note), self._now()
        work = release.rollback(self._target, place.environment, site, number, said, at, after=after)
        return await self._release(place, work, on_live)

    async def switch_off(
        self, environment: Environment, site: SiteKey, note: Note, *, after: int, on_live: OnLive | None = None
    ) -> Outcome:
        """Make what is live, without any experiment, what visitors load."""
        place = _place(environment, site)

        async def work() -> _Answer:
            artifacts = await switched_off(self._target, place, self._runtime)
            if artifacts is None:
                return release.NoSuchRelease(None)
            return await self._publish(place, artifacts, note, after)

        return await self._release(place, work(), on_live)

    async def live(
        self, site: SiteKey, environment: Environment = Environment.PRODUCTION
    ) -> Release | Unavailable | None:
        """The newest release."""
        found = await self.log(environment, site)
        return found if isinstance(found, Unavailable) else found.live

    async def log(self, environment: Environment, site: SiteKey) -> ReleaseLog | Unavailable:
        """Every release."""
        place = _place(environment, site)
        found = await _read(release.releases(self._target, place.environment, place.site))
        if isinstance(found, Unavailable):
            return found
        return ReleaseLog(tuple(map(_release, found.history.releases)), found.finished)

    def side(self, artifacts: ArtifactSet) -> Side:
        """What artifacts would be, once released."""
        return side_of({artifact.name: artifact.body for artifact in artifacts.artifacts})

    async def content(self, environment: Environment, site: SiteKey, digest: Digest) -> Side | Unavailable:
        """What was released under that digest."""
        files = SiteFiles(self._target, _place(environment, site))
        try:
            async with asyncio.timeout(READ_DEADLINE_S):
                return side_of(await files.bodies(digest))
        except DamagedError:
            return Unavailable("its files are not there any more")
        except (TimeoutError, TargetError):
            return _UNREADABLE
        except ValueError:
            return Unavailable(_FOREIGN)

    async def known(self, environment: Environment, site: SiteKey) -> Plan | Unavailable | None:
        """The plan that is live, with every experiment that ran before it."""
        place = _place(environment, site)
        try:
            found = await _read(live_release(self._target, place.environment, place.site))
        except UnreadablePlanError:
            return None
        return found if isinstance(found, Unavailable) else found.plan

    async def _publish(self, place: Place, artifacts: ArtifactSet, note: Note, after: int | None) -> _Answer:
        return await release.publish(self._target, place.environment, artifacts, _note(note), self._now(), after=after)

    async def _release(self, place: Place, work: Awaitable[_Answer], on_live: OnLive | None) -> Outcome:
        try:
            async with asyncio.timeout(PUBLISH_DEADLINE_S):
                answer = await work
        except TimeoutError:
            return Unfinished("The publish target does not answer in time.")
        except release.UnfinishedError as error:
            return Unfinished(f"{error}.")
        except TargetError as error:
            return PublishFailed(f"{error}. See that Leadbright can write there, then publish again.")
        except (DamagedError, MissingModuleError) as error:
            return PublishFailed(f"Publishing did not work: {error}.")
        except ValueError:
            return PublishFailed(f"What is live cannot be read: {_FOREIGN}. Publish the definition anew.")
        if on_live and isinstance(answer, release.Published | release.Unchanged):
            on_live()
        match answer:
            case release.Published(made):
                cdn = await self._told(place)
                if self._noticed and place.environment is layout.Environment.PRODUCTION:
                    self._noticed(place.site)
                return Published(_release(made), cdn)
            case release.Unchanged(live):  # whoever published it may not have come so far as to tell the CDN
                return AlreadyLive(_release(live), await self._told(place))
            case release.LostRace(newest):
                return LostRace(_release(newest))
            case release.NoSuchRelease():
                return PublishFailed("There is no such release. Look at the history, which says what there is.")

    async def _told(self, place: Place) -> CdnAnswer | None:
        match await self._tell_cdn(place) if self._tell_cdn else None:
            case Told(cdn):
                return CdnAnswer(cdn)
            case NotTold(why):
                return CdnAnswer("", why)
            case None:
                return None


def _place(environment: Environment, site: SiteKey) -> Place:
    return Place(layout.Environment(environment), site)


def _note(note: Note) -> ReleaseNote:
    return ReleaseNote(note.by, note.revision, note.note)


def _release(found: history.Release) -> Release:
    return Release(found.number, found.digest, found.at, found.by, found.revision, found.note)


async def _read(question: Awaitable[V]) -> V | Unavailable:
    try:
        async with asyncio.timeout(READ_DEADLINE_S):
            return await question
    except UnreadablePlanError:
        raise
    except (TimeoutError, TargetError, DamagedError):
        return _UNREADABLE
