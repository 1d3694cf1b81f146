"""A folder as the target: what one machine publishes to, and what the tests publish to.

May not know what a release is. Attributes are not kept beside the files, since `layout` gives them for any path.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep
from typing import TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, GenericError
from obstore.store import LocalStore

from cdn_publish.layout import attributes_of
from cdn_publish.target import Attributes, Stored, Tag, TargetError

LOCK = ".lock"
LOCK_POLL_S = 0.005
LOCK_TRIES = 2_000
"""Ten seconds."""

V = TypeVar("V")


class FolderTarget:
    """Files below `root`, which is made by the first write.

    A local file system cannot overwrite on a condition, so every overwriting holds a lock file: whoever dies
    lets go of it, whatever the way.

    Each call runs in a thread from beginning to end: a caller that is cancelled cannot let go of the lock while
    the file is still being written. And obstore's own awaitables are not used, since a process that ends soon after
    one was awaited aborts (0.12.1: a third of the time).
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._store: LocalStore | None = None

    async def read(self, path: str) -> Stored | None:
        """The file at `path`, or None. Raises TargetError."""
        return await self._in_thread(path, lambda: self._read(path))

    async def put_if_absent(self, path: str, body: bytes, attributes: Attributes) -> bool:
        """Write a new file. Raises TargetError."""
        return await self._in_thread(path, lambda: self._create(path, body))

    async def replace_if_match(self, path: str, body: bytes, tag: Tag, attributes: Attributes) -> bool:
        """Overwrite a file that nobody has overwritten since `tag`. Raises TargetError."""
        return await self._in_thread(path, lambda: self._replace(path, body, tag))

    async def attributes(self, path: str) -> Attributes | None:
        """What the layout says of `path`, where there is such a file. Raises TargetError."""
        return attributes_of(path) if await self.read(path) else None

    async def names(self, folder: str) -> tuple[str, ...]:
        """The paths of the files below `folder`, in order. Raises TargetError."""
        return await self._in_thread(folder, lambda: self._names(folder))

    async def folders(self, folder: str) -> tuple[str, ...]:
        """The names of the folders directly in `folder`, in order. Raises TargetError."""
        return await self._in_thread(folder, lambda: self._folders(folder))

    async def delete(self, path: str) -> None:
        """Take a file away, and its folder where it was the last one there. Raises TargetError."""
        await self._in_thread(path, lambda: self._delete(path))

    def _names(self, folder: str) -> tuple[str, ...]:
        found = (each for each in (self._root / folder).rglob("*") if each.is_file())
        return tuple(sorted(each.relative_to(self._root).as_posix() for each in found))

    def _folders(self, folder: str) -> tuple[str, ...]:
        try:
            return tuple(sorted(each.name for each in (self._root / folder).iterdir() if each.is_dir()))
        except FileNotFoundError:
            return ()

    def _delete(self, path: str) -> None:
        file = self._root / path
        file.unlink(missing_ok=True)
        with suppress(OSError):  # it is not empty
            file.parent.rmdir()

    def _read(self, path: str) -> Stored | None:
        if self._store is None and not self._root.is_dir():
            return None
        try:
            found = obstore.get(self._open(), path)
            return Stored(bytes(found.bytes()), Tag(str(found.meta["e_tag"])))
        except FileNotFoundError:
            return None

    def _create(self, path: str, body: bytes) -> bool:
        try:
            obstore.put(self._open(), path, body, mode="create")
        except AlreadyExistsError:
            return False
        self._make_durable(path)
        return True

    def _replace(self, path: str, body: bytes, tag: Tag) -> bool:
        with self._locked():
            stored = self._read(path)
            if stored is None or stored.tag != tag:
                return False
            obstore.put(self._open(), path, body)
            self._make_durable(path)
            return True

    def _open(self) -> LocalStore:
        if self._store is None:
            self._store = LocalStore(self._root, mkdir=True)
        return self._store

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._open()
        # One descriptor for each holder: flock then keeps threads of one process apart as well as processes.
        descriptor = os.open(self._root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            for _ in range(LOCK_TRIES):
                if _try_lock(descriptor):
                    break
                sleep(LOCK_POLL_S)
            else:
                raise TargetError(f"{self._root / LOCK} has been held by another publisher for 10 seconds")
            yield
        finally:
            os.close(descriptor)

    def _make_durable(self, path: str) -> None:
        """Sync the file and the folders that name it: a pointer must not outlive what it points to."""
        file = self._root / path
        for each in (file, *(folder for folder in file.parents if folder.is_relative_to(self._root))):
            descriptor = os.open(each, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    async def _in_thread(self, path: str, work: Callable[[], V]) -> V:
        try:
            return await asyncio.to_thread(work)
        except (BaseError, OSError, ValueError) as error:
            raise self._broken(path, error) from error

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
