"""Publishing, promoting and rolling back: immutable bodies first, then the log, the pointers last.

May not know how any of it is made safe (that is `site_files.py`), nor what the artifacts say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cdn_publish.history import History, Release, ReleaseNote
from cdn_publish.layout import POINTERS, Environment, Place, attributes_of
from cdn_publish.site_files import Log, SiteFiles
from cdn_publish.target import Target, TargetError
from domain.artifact import ArtifactSet, Digest, set_digest
from domain.names import SiteKey


@dataclass(frozen=True, slots=True)
class Published:
    """The release is live; with the content of release number `content_of` where it is that of an earlier one.

    After a promotion that number is the other environment's.
    """

    release: Release
    content_of: int | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The content is live already, since `release`; no release was made."""

    release: Release


@dataclass(frozen=True, slots=True)
class LostRace:
    """Somebody else published meanwhile: theirs, `newest`, is live. Look at it, then publish again if still wanted."""

    newest: Release


@dataclass(frozen=True, slots=True)
class NoSuchRelease:
    """There is nothing to take the content of: no release of that number, or none at all."""

    number: int | None


class UnfinishedError(TargetError):
    """The store failed once the log was being written: how far it came is not known. Done again, it is finished."""


@dataclass(frozen=True, slots=True)
class Releases:
    """The log, and whether its newest release reached every pointer (a publisher may have died half-way)."""

    history: History
    finished: bool


async def publish(
    target: Target,
    environment: Environment,
    artifacts: ArtifactSet,
    note: ReleaseNote,
    at: datetime,
    *,
    after: int | None = None,
) -> Published | Unchanged | LostRace:
    """Make `artifacts` what visitors load, if `after` is the number of the live release (0 for none; None: any).

    Raises TargetError and DamagedError; whatever was live then still is, but after UnfinishedError.
    """
    bodies = {artifact.name: artifact.body for artifact in artifacts.artifacts}
    if set(bodies) != set(POINTERS):
        raise ValueError(f"a release is {', '.join(POINTERS)}, not {', '.join(sorted(bodies))}")
    files = SiteFiles(target, Place(environment, artifacts.site))
    log = await files.log_to_go_on_from()
    live = log.history.live
    if live is not None and live.digest != artifacts.digest and after not in (None, live.number):
        return LostRace(live)
    return await _make_live(files, log, artifacts.digest, bodies, note, at)


async def promote(
    target: Target,
    site: SiteKey,
    number: int | None,
    note: ReleaseNote,
    at: datetime,
    *,
    after: int | None = None,
) -> Published | Unchanged | LostRace | NoSuchRelease:
    """Make what staging has, byte for byte, what visitors load; None means staging's live release.

    With `after`, only if that is the number of production's live release (0 for none).
    Raises TargetError and DamagedError; whatever was live then still is, but after UnfinishedError.
    """
    staging = SiteFiles(target, Place(Environment.STAGING, site))
    history = (await staging.log()).history
    tried = history.live if number is None else history.find(number)
    if tried is None:
        return NoSuchRelease(number)
    production = SiteFiles(target, Place(Environment.PRODUCTION, site))
    log = await production.log_to_go_on_from()
    live = log.history.live
    if live is not None and live.digest != tried.digest and after not in (None, live.number):
        return LostRace(live)
    bodies = await staging.bodies(tried.digest)
    done = await _make_live(production, log, tried.digest, bodies, note, at)
    return Published(done.release, tried.number) if isinstance(done, Published) else done


async def rollback(
    target: Target,
    environment: Environment,
    site: SiteKey,
    number: int | None,
    note: ReleaseNote,
    at: datetime,
    *,
    after: int | None = None,
) -> Published | Unchanged | LostRace | NoSuchRelease:
    """Bring release `number`'s content back under a new, higher number; None means what stood before the live content.

    Rolled back again, a site goes further back, never to what it was rolled back from (`History.before_live`). With
    `after`, only if that is the number of the live release.
    Raises TargetError and DamagedError; whatever was live then still is, but after UnfinishedError.
    """
    files = SiteFiles(target, Place(environment, site))
    log = await files.log_to_go_on_from()
    live = log.history.live
    if live is not None and after not in (None, live.number):
        return LostRace(live)
    old = log.history.before_live() if number is None else log.history.find(number)
    if old is None:
        return NoSuchRelease(number)
    done = await _make_live(files, log, old.digest, await files.bodies(old.digest), note, at)
    return Published(done.release, old.number) if isinstance(done, Published) else done


async def releases(target: Target, environment: Environment, site: SiteKey) -> Releases:
    """Every release of a site. Raises TargetError and DamagedError."""
    files = SiteFiles(target, Place(environment, site))
    history = (await files.log()).history
    if history.live is None:
        return Releases(history, finished=True)
    served = {name: pointer.body for name, pointer in (await files.pointers()).items()}
    return Releases(history, finished=set_digest(served.items()) == history.live.digest)


async def read(target: Target, path: str) -> bytes | None:
    """What stands at `path` of the published layout, or None. Raises TargetError."""
    if attributes_of(path) is None:
        return None
    stored = await target.read(path)
    return stored.body if stored else None


async def _make_live(
    files: SiteFiles, log: Log, digest: Digest, bodies: Mapping[str, bytes], note: ReleaseNote, at: datetime
) -> Published | Unchanged | LostRace:
    live = log.history.live
    is_known = any(release.digest == digest for release in log.history.releases)
    if live is not None and live.digest == digest:
        await files.put_bodies(digest, bodies)
        newest = await files.point(live, bodies)
        return Unchanged(live) if newest == live else LostRace(newest)
    await files.put_bodies(digest, bodies)
    release = log.history.next(digest, note, at, after=log.highest)
    try:
        written = await files.write_log(log, log.history.with_release(release))
        if not written and (newest := await files.newest()) != release:  # a store may write, and its answer be lost
            return LostRace(newest)
        if is_known:
            await files.put_bodies(digest, bodies)  # a cleaner may have taken what the log named as old until now
        newest = await files.point(release, bodies)
    except TargetError as error:
        raise UnfinishedError(f"release {release.number} may be live in part: {error}") from error
    return Published(release) if newest == release else LostRace(newest)
