"""Publishing and rolling back: immutable bodies first, then the log, the pointers last, and each on a condition.

Why nothing old can come back: the log is overwritten only by whoever read its newest version, so that it puts
releases in one order. A pointer is overwritten only if, *after* its tag was read, the log still named our release
as the newest; every release overwrites every pointer, equal bytes or not. A publisher that slept therefore finds
either a newer log or another tag. May not know what the artifacts say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cdn_publish.history import DamagedError, History, Release, ReleaseNote, read_history, write_history
from cdn_publish.layout import POINTERS, Environment, Place, attributes_of
from cdn_publish.target import Stored, Target, TargetError
from domain.artifact import ArtifactSet, Digest, digest_of, set_digest
from domain.names import SiteKey

_POINTER_TRIES = 16


@dataclass(frozen=True, slots=True)
class Published:
    """The release is live; where it is a rollback, with the content of release number `content_of`."""

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
    """There is nothing to go back to: no release of that number, or none before the live content."""

    number: int | None


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

    Raises TargetError and DamagedError; whatever was live then still is.
    """
    place = Place(environment, artifacts.site)
    bodies = {artifact.name: artifact.body for artifact in artifacts.artifacts}
    if set(bodies) != set(POINTERS):
        raise ValueError(f"a release is {', '.join(POINTERS)}, not {', '.join(sorted(bodies))}")
    log, history = await _read_log(target, place)
    live = history.live
    if live is not None and live.digest == artifacts.digest:
        newest = await _point(target, place, live, bodies)
        return Unchanged(live) if newest == live else LostRace(newest)
    if live is not None and after not in (None, live.number):
        return LostRace(live)
    for name, body in bodies.items():
        await _put_body(target, place.body(artifacts.digest, name), body)
    return await _commit(target, place, log, history, history.next(artifacts.digest, note, at), bodies)


async def rollback(
    target: Target, environment: Environment, site: SiteKey, number: int | None, note: ReleaseNote, at: datetime
) -> Published | Unchanged | LostRace | NoSuchRelease:
    """Bring release `number`'s content back under a new, higher number; None means what stood before the live content.

    Rolled back again, a site goes further back, never to what it was rolled back from (`History.before_live`).
    Raises TargetError and DamagedError; whatever was live then still is.
    """
    place = Place(environment, site)
    log, history = await _read_log(target, place)
    old = history.before_live() if number is None else history.find(number)
    live = history.live
    if old is None or live is None:
        return NoSuchRelease(number)
    bodies = await _read_bodies(target, place, old.digest)
    if old.digest == live.digest:
        newest = await _point(target, place, live, bodies)
        return Unchanged(live) if newest == live else LostRace(newest)
    done = await _commit(target, place, log, history, history.next(old.digest, note, at), bodies)
    return Published(done.release, old.number) if isinstance(done, Published) else done


async def releases(target: Target, environment: Environment, site: SiteKey) -> Releases:
    """Every release of a site. Raises TargetError and DamagedError."""
    place = Place(environment, site)
    _, history = await _read_log(target, place)
    if history.live is None:
        return Releases(history, finished=True)
    stored = {name: await read(target, place.pointer(name)) for name in POINTERS}
    served = {name: body for name, body in stored.items() if body is not None}
    return Releases(history, finished=set_digest(served.items()) == history.live.digest)


async def read(target: Target, path: str) -> bytes | None:
    """What stands at `path` of the published layout, or None. Raises TargetError."""
    if attributes_of(path) is None:
        return None
    stored = await target.read(path)
    return stored.body if stored else None


async def _commit(
    target: Target, place: Place, log: Stored | None, history: History, release: Release, bodies: Mapping[str, bytes]
) -> Published | LostRace:
    if not await _write(target, place.log, write_history(history.with_release(release)), log):
        return LostRace(await _newest(target, place))
    newest = await _point(target, place, release, bodies)
    return Published(release) if newest == release else LostRace(newest)


async def _point(target: Target, place: Place, release: Release, bodies: Mapping[str, bytes]) -> Release:
    """Move every pointer to `release`, unless the log has a newer one; the newest release."""
    for name in POINTERS:
        newest = await _point_one(target, place, name, release, bodies[name])
        if newest != release:
            return newest
    return release


async def _point_one(target: Target, place: Place, name: str, release: Release, body: bytes) -> Release:
    path = place.pointer(name)
    for _ in range(_POINTER_TRIES):  # each publisher that was on its way before us can be in the way once
        stored = await target.read(path)
        newest = await _newest(target, place)  # after the tag was read: see the top of this file
        if newest != release or await _write(target, path, body, stored):
            return newest
    raise TargetError(f"{path} is being overwritten all the time")


async def _put_body(target: Target, path: str, body: bytes) -> None:
    """Write an immutable body and read it back. A torn one, left by a crash, is mended: its path says what it is."""
    await _write(target, path, body, None)
    stored = await target.read(path)
    if stored is not None and stored.body != body:
        await _write(target, path, body, stored)
        stored = await target.read(path)
    if stored is None or digest_of(stored.body) != digest_of(body):
        raise DamagedError(f"{path} does not come back as it was written")


async def _read_bodies(target: Target, place: Place, digest: Digest) -> dict[str, bytes]:
    bodies = {}
    for name in POINTERS:
        stored = await target.read(place.body(digest, name))
        if stored is None:
            raise DamagedError(f"{place.body(digest, name)} is missing")
        bodies[name] = stored.body
    if set_digest(bodies.items()) != digest:
        raise DamagedError(f"{place.body(digest, '')} does not hold what was released under that name")
    return bodies


async def _read_log(target: Target, place: Place) -> tuple[Stored | None, History]:
    stored = await target.read(place.log)
    return stored, read_history(stored.body, place.log) if stored else History()


async def _newest(target: Target, place: Place) -> Release:
    _, history = await _read_log(target, place)
    if history.live is None:
        raise DamagedError(f"{place.log} is gone")
    return history.live


async def _write(target: Target, path: str, body: bytes, was: Stored | None) -> bool:
    attributes = attributes_of(path)
    if attributes is None:
        raise ValueError(f"{path} is not a path of the published layout")
    if was is None:
        return await target.put_if_absent(path, body, attributes)
    return await target.replace_if_match(path, body, was.tag, attributes)
