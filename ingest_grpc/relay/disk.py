"""The journal's folder on a real disk: what is reported as written has reached the disk.

Each call runs in a thread of its own kind, so that the loop never waits for a disk. May not know what the files say.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

LOCK = "lock"
"""A file that is locked while a process has the folder; empty."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes that can still be written, and the size of the whole disk."""

    free: int
    whole: int


class Disk(Protocol):
    """A folder of append-only files. Everything raises OSError."""

    async def claim(self) -> None:
        """Take the folder for this process alone; OSError where another one has it."""
        ...

    async def names(self) -> Sequence[str]:
        """The files, in order of name."""
        ...

    async def size(self, name: str) -> int:
        """Bytes in a file."""
        ...

    async def read(self, name: str, offset: int, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end of the file."""
        ...

    async def create(self, name: str, content: bytes) -> None:
        """A new file that survives a power loss, its name included; the only one that is appended to from then on."""
        ...

    async def append(self, name: str, content: bytes) -> None:
        """Add to a file; on return the bytes survive a power loss. After an error any part may be there."""
        ...

    async def remove(self, name: str) -> None:
        """Delete a file; one that is gone already is fine."""
        ...

    async def room(self) -> Room:
        """What is left."""
        ...


class FolderDisk:
    """A folder of this machine. Owns two threads, one that writes and one that reads; `close` ends them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="journal-write")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="journal-read")
        self._open: tuple[str, int] | None = None
        self._lock: int | None = None

    async def claim(self) -> None:
        """Make the folder where there is none, and lock it until `close` or the end of the process."""
        await self._run(self._writer, self._claim)

    async def names(self) -> Sequence[str]:
        """The files, in order of name."""
        return await self._run(self._reader, self._names)

    async def size(self, name: str) -> int:
        """Bytes in a file."""
        return await self._run(self._reader, lambda: (self._folder / name).stat().st_size)

    async def read(self, name: str, offset: int, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end of the file."""
        return await self._run(self._reader, lambda: self._read(name, offset, size))

    async def create(self, name: str, content: bytes) -> None:
        """A new file, synced, and then its folder."""
        await self._run(self._writer, lambda: self._create(name, content))

    async def append(self, name: str, content: bytes) -> None:
        """Write at the end, then fdatasync. A file that failed once is closed for good."""
        await self._run(self._writer, lambda: self._append(name, content))

    async def remove(self, name: str) -> None:
        """Delete a file; one that is gone already is fine."""
        await self._run(self._writer, lambda: self._remove(name))

    async def room(self) -> Room:
        """What the file system has left for us."""
        return await self._run(self._reader, self._room)

    def close(self) -> None:
        """Wait for the call in progress, end the threads, close the file, give the folder back."""
        self._writer.shutdown(wait=True, cancel_futures=True)
        self._reader.shutdown(wait=True, cancel_futures=True)
        self._close_file()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def _run(self, threads: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, call)

    def _claim(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._folder / LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            raise BlockingIOError(error.errno, "another process has the journal", str(self._folder)) from error
        self._lock = lock

    def _names(self) -> Sequence[str]:
        return sorted(entry.name for entry in os.scandir(self._folder) if entry.is_file())

    def _read(self, name: str, offset: int, size: int) -> bytes:
        with (self._folder / name).open("rb", buffering=0) as file:
            return os.pread(file.fileno(), size, offset)

    def _create(self, name: str, content: bytes) -> None:
        file = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            _write_all(file, content)
            os.fsync(file)
            self._sync_folder()
        except OSError:
            os.close(file)
            raise
        self._close_file()
        self._open = (name, file)

    def _append(self, name: str, content: bytes) -> None:
        if self._open is None or self._open[0] != name:
            raise OSError(f"{name} is not the file that is open")
        file = self._open[1]
        try:
            _write_all(file, content)
            os.fdatasync(file)
        except OSError:
            # Never sync this file again: after a failed one the kernel may have dropped the pages and report success.
            self._close_file()
            raise

    def _remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def _room(self) -> Room:
        found = os.statvfs(self._folder)
        return Room(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)

    def _sync_folder(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _close_file(self) -> None:
        if self._open is not None:
            os.close(self._open[1])
            self._open = None


def _write_all(file: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]
