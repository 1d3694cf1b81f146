"""What relay tests hand to a relay in place of the world: a disk, an aggregator, published files, a clock."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.beacon import Admitted
from ingest_grpc.relay.admission import Arrival
from ingest_grpc.relay.disk import Room
from ingest_grpc.relay.forward import Pace
from ingest_grpc.relay.journal import JournalLimits
from ingest_grpc.relay.relay import Relay, RelaySettings, Seams
from ingest_grpc.wire.batch import decode_batch
from ingest_grpc.wire.frame import Epoch, Frame, Reply, Status, Watermark
from ingest_grpc.wire.ports import UnavailableError

DAY_MS = 86_400_000
DAY = 20_780
NOON_MS = DAY * DAY_MS + DAY_MS // 2

BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
)

RULES: dict[str, Any] = {
    "v": 1,
    "site": "shop",
    "timezone": "Europe/Berlin",
    "domains": ["shop.example", "*.shop.example"],
    "experiments": {"hero": ["control", "bold"], "price": ["control", "round"]},
    "goals": {"signup": {"cap": 0}, "purchase": {"cap": 50_000}},
}

QUICK = Pace(gather_s=0.0, ask_s=0.02, first_retry_s=0.0, most_retry_s=0.0, call_s=5.0)
"""Senders that never wait long."""

_nonces = itertools.count(1)


def nonce() -> str:
    """A nonce that nobody has had, as it stands in an address."""
    return base64.urlsafe_b64encode(next(_nonces).to_bytes(16, "big"))[:22].decode()


def body(*entries: Sequence[object], **members: object) -> bytes:
    """A beacon's JSON, with a page view where no entries are given."""
    beacon = {"v": 1, "cfg": "3f9c2a1b8d7e4450", "d": DAY, "p": "/landing", "src": ["", "", "", ""]}
    return json.dumps({**beacon, "e": list(entries) or [["view"]], **members}).encode()


def arrival(*entries: Sequence[object], **members: object) -> Arrival:
    """A beacon of the shop from a browser that means well."""
    return Arrival("shop", nonce(), body(*entries, **members), "https://shop.example", CHROME)


@dataclass
class Clock:
    """Milliseconds since 1970-01-01 UTC, until it is set to others."""

    now_ms: int = NOON_MS

    def __call__(self) -> int:
        """What time it is."""
        return self.now_ms


@dataclass
class Published:
    """Files by path, and which were asked for."""

    files: dict[str, bytes] = field(default_factory=lambda: {"production/shop/relay.json": json.dumps(RULES).encode()})
    asked: list[str] = field(default_factory=list)
    fails: bool = False

    async def __call__(self, path: str) -> bytes | None:
        """One file."""
        self.asked.append(path)
        await asyncio.sleep(0)
        if self.fails:
            raise ConnectionError("the store is away")
        return self.files.get(path)


@dataclass
class MemoryDisk:
    """Files in memory, with a log of what was done, and faults to order."""

    files: dict[str, bytearray] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    free: int = 1 << 40
    failures: int = 0
    """So many of the next writes fail, each after half of it has reached the disk."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, nothing gets durable until it is set."""

    def __post_init__(self) -> None:
        """Open the gate."""
        self.gate.set()

    async def claim(self) -> None:
        """As Disk's."""

    async def names(self) -> Sequence[str]:
        """As Disk's."""
        return sorted(self.files)

    async def size(self, name: str) -> int:
        """As Disk's."""
        return len(self.files[name])

    async def read(self, name: str, offset: int, size: int) -> bytes:
        """As Disk's."""
        return bytes(self.files[name][offset : offset + size])

    async def create(self, name: str, content: bytes) -> None:
        """As Disk's."""
        if name in self.files:
            raise FileExistsError(name)
        self.files[name] = bytearray()
        await self._write(name, content)

    async def append(self, name: str, content: bytes) -> None:
        """As Disk's."""
        await self._write(name, content)

    async def remove(self, name: str) -> None:
        """As Disk's."""
        self.log.append(f"remove {name}")
        self.files.pop(name, None)

    async def room(self) -> Room:
        """As Disk's."""
        return Room(self.free, 1 << 40)

    async def _write(self, name: str, content: bytes) -> None:
        self.log.append("write")
        if self.failures:
            self.failures -= 1
            self.files[name] += content[: len(content) // 2]
            raise OSError(5, "Input/output error")
        self.files[name] += content
        await self.gate.wait()
        self.log.append("synced")


@dataclass
class CountingAggregation:
    """Obeys the reply rules in memory: counts each nonce once, in the order of frames."""

    watermarks: dict[bytes, list[Watermark]] = field(default_factory=dict)
    """By epoch, the watermark after each frame."""
    counted: dict[bytes, Admitted] = field(default_factory=dict)
    duplicates: int = 0
    lost: int = 0
    statuses: Counter[Status] = field(default_factory=Counter)
    hellos: int = 0
    calls: int = 0
    trouble: Callable[[int], str] = lambda _: ""
    """What goes wrong with a call of this number: nothing, `before` or `after` it is carried out."""

    async def hello(self, epoch: Epoch, now_ms: int) -> Watermark:
        """As Aggregation's."""
        self.hellos += 1
        self._stumble("before")
        await asyncio.sleep(0)
        return self._history(epoch)[-1]

    async def commit(self, epoch: Epoch, frames: Sequence[Frame]) -> Reply:
        """As Aggregation's."""
        self.calls += 1
        self._stumble("before")
        await asyncio.sleep(0)
        reply = self._commit(epoch, frames)
        self.statuses[reply.status] += 1
        self._stumble("after")
        return reply

    def forget_after(self, epoch_id: bytes, sequence: int) -> None:
        """Go back to what a backup of then held; the beacons counted since are forgotten too."""
        del self.watermarks[epoch_id][sequence + 1 :]

    def _history(self, epoch: Epoch) -> list[Watermark]:
        return self.watermarks.setdefault(epoch.id, [Watermark()])

    def _commit(self, epoch: Epoch, frames: Sequence[Frame]) -> Reply:
        history = self._history(epoch)
        stands, first = history[-1], frames[0]
        if stands.sequence < first.sequence - 1:
            return Reply(Status.GAP, stands)
        if history[first.sequence - 1].hash != first.previous_hash:
            return Reply(Status.DIVERGED, stands)
        fresh = [f for f in frames if f.sequence > stands.sequence]
        for frame in fresh:
            history.append(Watermark(frame.sequence, frame.hash))
            self._count(frame)
        return Reply(Status.OK if fresh else Status.DUPLICATE, history[-1])

    def _count(self, frame: Frame) -> None:
        if frame.payload is None:
            self.lost += frame.beacons
            return
        beacons = decode_batch(frame.payload)
        assert len(beacons) == frame.beacons
        for beacon in beacons:
            self.duplicates += beacon.nonce in self.counted
            self.counted.setdefault(beacon.nonce, beacon)

    def _stumble(self, when: str) -> None:
        if self.trouble(self.calls) == when:
            raise UnavailableError(when)


@dataclass
class World:
    """Everything a relay touches, kept while relays come and go."""

    clock: Clock = field(default_factory=Clock)
    disk: MemoryDisk = field(default_factory=MemoryDisk)
    aggregation: CountingAggregation = field(default_factory=CountingAggregation)
    published: Published = field(default_factory=Published)
    random: random.Random = field(default_factory=lambda: random.Random(7))

    @property
    def seams(self) -> Seams:
        """What a relay in this world touches."""
        return Seams(self.disk, self.aggregation, self.published, self.clock, self.random.randbytes)

    def relay(self, settings: RelaySettings | None = None, seams: Seams | None = None) -> Relay:
        """A relay in this world, not started yet."""
        return Relay(seams or self.seams, settings or CALM)


CALM = RelaySettings("relay-1", None, None, pace=QUICK, journal=JournalLimits(gather_s=0.0), drain_s=0.0)
"""Settings without quotas, and with senders that never wait long."""


async def soon(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    """Wait until something is so; TimeoutError where it does not come to be."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def settled(relay: Relay, within_s: float = 10.0) -> None:
    """Wait until everything durable is acknowledged."""
    async with asyncio.timeout(within_s):
        await relay.settle()
