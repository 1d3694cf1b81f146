"""One site's files in a target: the log, immutable bodies and the pointers, each written on its condition.

Why nothing old can come back: the log is overwritten only by whoever read its newest version, so that it puts
releases in one order. A pointer is overwritten only if, *after* its tag was read, the log still named our release
as the newest; every release overwrites every pointer, equal bytes or not. A publisher that slept therefore finds
either a newer log or another tag. May not know what the artifacts say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cdn_publish.history import DamagedError, History, Release, read_history, write_history
from cdn_publish.layout import POINTERS, Place, attributes_of, digest_in
from cdn_publish.pointer import Pointer, read_pointer, write_pointer
from cdn_publish.target import Stored, Target, TargetError
from domain.artifact import Digest, digest_of, set_digest

_POINTER_TRIES = 16


@dataclass(frozen=True, slots=True)
class Log:
    """The release log as it was read: the object, None where there is none, and what it says."""

    stored: Stored | None
    history: History
    highest: int = 0
    """Number that any pointer has, where the log says nothing."""


@dataclass(frozen=True, slots=True)
class SiteFiles:
    """One site of one environment. Everything raises TargetError, and DamagedError where the files are not ours."""

    target: Target
    place: Place

    async def log(self) -> Log:
        """Every release so far."""
        stored = await self.target.read(self.place.log)
        return Log(stored, read_history(stored.body, self.place.log) if stored else History())

    async def log_to_go_on_from(self) -> Log:
        """The same, for who is about to release. Raises DamagedError where it is missing and can be made anew.

        Where it is missing and can't, numbers go on from what the pointers say: they never fall.
        """
        log = await self.log()
        if log.stored is not None or await self.target.read(self.place.pointer(POINTERS[0])) is None:
            return log
        log = await self.log()  # somebody may have made the first release in between
        if log.stored is not None:
            return log
        pointers = await self.pointers()
        if loaded_of(await self.whole(), pointers) is not None:
            raise DamagedError(f"{self.place.log} is missing; leadbright rebuild-log makes it anew")
        return Log(None, History(), max(pointer.number or 0 for pointer in pointers.values()))

    async def whole(self) -> dict[Digest, dict[str, bytes]]:
        """Every release whose bodies are there and are what their path says."""
        found: dict[Digest, dict[str, bytes]] = {}
        for digest in sorted({d for path in await self.target.names(self.place.bodies) if (d := digest_in(path))}):
            try:
                found[digest] = await self.bodies(digest)
            except DamagedError:
                continue
        return found

    async def newest(self) -> Release:
        """The release that the log names last."""
        live = (await self.log()).history.live
        if live is None:
            raise DamagedError(f"{self.place.log} is gone")
        return live

    async def write_log(self, log: Log, history: History) -> bool:
        """Overwrite the log that was read; False where somebody has written it since."""
        return await self._write(self.place.log, write_history(history), log.stored)

    async def bodies(self, digest: Digest) -> dict[str, bytes]:
        """What was released under that digest, by name, shown to be it."""
        bodies = {}
        for name in POINTERS:
            stored = await self.target.read(self.place.body(digest, name))
            if stored is None:
                raise DamagedError(f"{self.place.body(digest, name)} is missing")
            bodies[name] = stored.body
        if set_digest(bodies.items()) != digest:
            raise DamagedError(f"{self.place.body(digest, '')} does not hold what was released under that name")
        return bodies

    async def whatever_bodies(self, digest: Digest) -> dict[str, bytes]:
        """What is there under that digest, whole or not."""
        stored = {name: await self.target.read(self.place.body(digest, name)) for name in POINTERS}
        return {name: found.body for name, found in stored.items() if found is not None}

    async def delete_bodies(self, digest: Digest) -> None:
        """Take everything under that digest away."""
        for name in POINTERS:
            await self.target.delete(self.place.body(digest, name))

    async def put_bodies(self, digest: Digest, bodies: Mapping[str, bytes]) -> None:
        """Write immutable bodies and read them back."""
        for name, body in bodies.items():
            await self._put_body(self.place.body(digest, name), body)

    async def pointers(self) -> dict[str, Pointer]:
        """What browsers and relays are served, by name; what is not there is left out."""
        stored = {name: await self.target.read(self.place.pointer(name)) for name in POINTERS}
        return {name: read_pointer(name, found.body) for name, found in stored.items() if found is not None}

    async def point(self, release: Release, bodies: Mapping[str, bytes]) -> Release:
        """Move every pointer to `release`, unless the log has a newer one; the newest release."""
        for name in POINTERS:
            newest = await self._point_one(name, release, bodies[name])
            if newest != release:
                return newest
        return release

    async def _point_one(self, name: str, release: Release, body: bytes) -> Release:
        path = self.place.pointer(name)
        numbered = write_pointer(name, body, release.number)
        for _ in range(_POINTER_TRIES):  # each publisher that was on its way before us can be in the way once
            stored = await self.target.read(path)
            newest = await self.newest()  # after the tag was read: see the top of this file
            if newest == release and stored is not None:
                self._held_to(release, path, read_pointer(name, stored.body).number)
            if newest != release or await self._write(path, numbered, stored):
                return newest
        raise TargetError(f"{path} is being overwritten all the time")

    def _held_to(self, release: Release, path: str, number: int | None) -> None:
        """Raises DamagedError where a pointer is ahead of the log: that one is old, and numbers must not fall."""
        if number is not None and number > release.number:
            log = self.place.log
            raise DamagedError(
                f"{path} is of release {number}, but {log} came only to {release.number}: it is an old one; "
                f"take it away, and leadbright rebuild-log makes it anew"
            )

    async def _put_body(self, path: str, body: bytes) -> None:
        """A torn one, left by a crash, is mended: its path says what it is."""
        await self._write(path, body, None)
        stored = await self.target.read(path)
        if stored is not None and stored.body != body:
            await self._write(path, body, stored)
            stored = await self.target.read(path)
        if stored is None or digest_of(stored.body) != digest_of(body):
            raise DamagedError(f"{path} does not come back as it was written")

    async def _write(self, path: str, body: bytes, was: Stored | None) -> bool:
        attributes = attributes_of(path)
        if attributes is None:
            raise ValueError(f"{path} is not a path of the published layout")
        if was is None:
            return await self.target.put_if_absent(path, body, attributes)
        return await self.target.replace_if_match(path, body, was.tag, attributes)


def loaded_of(whole: Mapping[Digest, Mapping[str, bytes]], pointers: Mapping[str, Pointer]) -> Digest | None:
    """The release, of those that are whole, whose script visitors load."""
    script = pointers.get("lb.js")
    return next((digest for digest, bodies in whole.items() if script and bodies["lb.js"] == script.body), None)
