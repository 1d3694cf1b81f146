"""A folder as the target: what one machine publishes to, and what the tests publish to.

May not know what a release is. Attributes are not kept beside the files, since `layout` gives them for any path.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, GenericError
from obstore.store import LocalStore

from cdn_publish.layout import attributes_of
from cdn_publish.target import Attributes, Stored, Tag, TargetError

LOCK = ".lock"
LOCK_DEADLINE_S = 10.0
LOCK_POLL_S = 0.005


class FolderTarget:
    """Files below `root`, which is made by the first write.

    A local file system cannot overwrite on a condition, so every overwriting holds a lock file: whoever dies
    lets go of it, whatever the way.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._store: LocalStore | None = None

    async def read(self, path: str) -> Stored | None:
        """The file at `path`, or None. Raises TargetError."""
        if self._store is None and not self._root.is_dir():
            return None
        try:
            found = await obstore.get_async(self._open(), path)
            body = bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except (BaseError, OSError, ValueError) as error:
            raise self._broken(path, error) from error
        return Stored(body, Tag(str(found.meta["e_tag"])))

    async def put_if_absent(self, path: str, body: bytes, attributes: Attributes) -> bool:
        """Write a new file. Raises TargetError."""
        try:
            await obstore.put_async(self._open(), path, body, mode="create")
            await asyncio.to_thread(self._make_durable, path)
        except AlreadyExistsError:
            return False
        except (BaseError, OSError, ValueError) as error:
            raise self._broken(path, error) from error
        return True

    async def replace_if_match(self, path: str, body: bytes, tag: Tag, attributes: Attributes) -> bool:
        """Overwrite a file that nobody has overwritten since `tag`. Raises TargetError."""
        async with self._locked():
            stored = await self.read(path)
            if stored is None or stored.tag != tag:
                return False
            try:
                await obstore.put_async(self._open(), path, body)
                await asyncio.to_thread(self._make_durable, path)
            except (BaseError, OSError, ValueError) as error:
                raise self._broken(path, error) from error
        return True

    async def attributes(self, path: str) -> Attributes | None:
        """What the layout says of `path`, where there is such a file. Raises TargetError."""
        return attributes_of(path) if await self.read(path) else None

    def _open(self) -> LocalStore:
        if self._store is None:
            self._store = LocalStore(self._root, mkdir=True)
        return self._store

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[None]:
        # One descriptor for each holder: flock then keeps tasks of one process apart as well as processes.
        descriptor = self._lock_file()
        try:
            await self._lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    async def _lock(self, descriptor: int) -> None:
        try:
            async with asyncio.timeout(LOCK_DEADLINE_S):
                while not _try_lock(descriptor):  # noqa: ASYNC110  another process cannot wake us
                    await asyncio.sleep(LOCK_POLL_S)
        except TimeoutError as error:
            raise TargetError(f"{self._root / LOCK} has been held by another publisher for 10 seconds") from error

    def _lock_file(self) -> int:
        try:
            self._open()
            return os.open(self._root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except (BaseError, OSError) as error:
            raise self._broken(LOCK, error) from error

    def _make_durable(self, path: str) -> None:
        """Sync the file and the folders that name it: a pointer must not outlive what it points to."""
        file = self._root / path
        for each in (file, *(folder for folder in file.parents if folder.is_relative_to(self._root))):
            descriptor = os.open(each, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _broken(self, path: str, error: Exception) -> TargetError:
        # The library's messages go on for a page; their first line is the one for people.
        reason = str(error).partition("\n")[0].removeprefix("Generic LocalFileSystem error: ")
        if isinstance(error, GenericError) and "(os error" in reason:
            reason = reason.rpartition(": ")[2]
        return TargetError(f"{self._root / path}: {reason}")


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
