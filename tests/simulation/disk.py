"""A disk that keeps what was synced, and of the rest whatever a power loss leaves of it.

`SimulatedDisk` outlives the processes that use it; each of them sees it through a `Mount`. May not know what is
written.
"""

from __future__ import annotations

import errno
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest_grpc.relay.disk import Room
from ingest_grpc.relay.segment import HEAD_BYTES, read_frames
from ingest_grpc.wire.batch import decode_batch
from ingest_grpc.wire.frame import Frame
from tests.simulation.process import Happenings, Process

WHOLE = 1 << 40


@dataclass
class File:
    """What can be read of a file, and how much of it is safe."""

    content: bytearray = field(default_factory=bytearray)
    durable: int = 0

    def copy(self) -> File:
        """Another file like it."""
        return File(bytearray(self.content), self.durable)


@dataclass
class SimulatedDisk:
    """Files by name, and the faults of the next calls."""

    dice: random.Random
    happenings: Happenings
    files: dict[str, File] = field(default_factory=dict)
    removed: dict[str, File] = field(default_factory=dict)
    """Deleted, but a power loss may bring them back."""
    failing_syncs: int = 0
    is_full: bool = False
    is_lying: bool = False
    """Says that it has synced, and has not."""
    written: list[Frame] = field(default_factory=list)
    """Every frame that was ever given to it."""
    keeps: str = ""
    """What a power loss leaves of unsynced bytes: all, none, a third; drawn where nothing is said."""

    def lose_power(self) -> None:
        """Cut unsynced bytes anywhere; what was deleted may be there again."""
        self.happenings.note("power loss")
        for file in self.files.values():
            unsafe = len(file.content) - file.durable
            if unsafe > 0:
                kept = self._kept(unsafe)
                self.happenings.note("torn tail", int(0 < kept < unsafe))
                del file.content[file.durable + kept :]
                file.durable = len(file.content)
        for name, file in self.removed.items():
            if self.dice.random() < 0.5:
                self.files.setdefault(name, file)
        self.removed.clear()
        for name in [name for name, file in self.files.items() if not file.content and self.dice.random() < 0.5]:
            del self.files[name]

    def frames(self) -> list[Frame]:
        """Every frame that can be read from the files."""
        contents = (bytes(file.content[HEAD_BYTES:]) for _, file in sorted(self.files.items()))
        return [frame for content in contents for frame in read_frames(content, at_end=True).frames]

    def nonces(self) -> set[bytes]:
        """The beacons in them."""
        return {b.nonce for frame in self.frames() if frame.payload is not None for b in decode_batch(frame.payload)}

    def snapshot(self) -> dict[str, File]:
        """Every file, as a snapshot of the machine would keep it."""
        kept = {name: file.copy() for name, file in self.files.items()}
        for file in kept.values():
            del file.content[file.durable :]
        return kept

    def copy(self) -> SimulatedDisk:
        """Another machine with the same files."""
        return replace(self, files=self.snapshot(), removed={}, failing_syncs=0, is_lying=False)

    def _kept(self, unsafe: int) -> int:
        choices = {"all": unsafe, "none": 0, "a third": unsafe // 3, "": self.dice.randint(0, unsafe)}
        if not self.keeps and self.dice.random() < 0.3:
            return self.dice.choice((0, unsafe))
        return choices[self.keeps]


@dataclass
class Mount:
    """Implements `relay.disk.Disk` for one process."""

    disk: SimulatedDisk
    process: Process

    async def claim(self) -> None:
        """As Disk's: the world starts no two processes on one disk."""
        await self.process.call()

    async def names(self) -> Sequence[str]:
        """As Disk's."""
        await self.process.call()
        return sorted(self.disk.files)

    async def size(self, name: str) -> int:
        """As Disk's."""
        await self.process.call()
        return len(self._file(name).content)

    async def read(self, name: str, offset: int, size: int) -> bytes:
        """As Disk's."""
        await self.process.call()
        return bytes(self._file(name).content[offset : offset + size])

    async def create(self, name: str, content: bytes) -> None:
        """As Disk's: written, synced, then the name synced."""
        await self.process.call()
        if name in self.disk.files:
            raise FileExistsError(name)
        self.disk.files[name] = File()
        await self._write(name, content)

    async def append(self, name: str, content: bytes) -> None:
        """As Disk's."""
        await self.process.call()
        self.disk.written += read_frames(content, at_end=True).frames
        await self._write(name, content)

    async def remove(self, name: str) -> None:
        """As Disk's."""
        await self.process.call()
        file = self.disk.files.pop(name, None)
        if file is not None:
            self.disk.removed[name] = file

    async def room(self) -> Room:
        """As Disk's."""
        await self.process.call()
        return Room(0 if self.disk.is_full else WHOLE // 2, WHOLE)

    async def _write(self, name: str, content: bytes) -> None:
        disk, file = self.disk, self._file(name)
        if disk.is_full:
            disk.happenings.note("disk full")
            file.content += content[: disk.dice.randint(0, len(content))]
            raise OSError(errno.ENOSPC, "No space left on device")
        file.content += content
        await self.process.call()
        if disk.failing_syncs:
            # Some of the pages may be on the disk, the kernel forgets the others, and says so only once.
            disk.failing_syncs -= 1
            disk.happenings.note("failed sync")
            file.durable += disk.dice.randint(0, len(file.content) - file.durable)
            raise OSError(errno.EIO, "Input/output error")
        if disk.is_lying:
            disk.happenings.note("lying sync")
        else:
            file.durable = len(file.content)
        await self.process.call()

    def _file(self, name: str) -> File:
        file = self.disk.files.get(name)
        if file is None:
            raise FileNotFoundError(name)
        return file
