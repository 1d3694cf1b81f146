"""Relays, aggregators and browsers of one simulated world: the real cores on simulated disk, net, database and clock.

May not know what goes wrong when: `history.py` says that.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.relay.admission import Arrival
from ingest_grpc.relay.forward import Pace
from ingest_grpc.relay.journal import JournalLimits
from ingest_grpc.relay.relay import Accepted, Relay, RelaySettings, Seams
from ingest_grpc.wire.batch import decode_batch
from ingest_grpc.wire.frame import Frame
from tests.simulation.database import Database, Place, close_places, open_place
from tests.simulation.disk import File, Mount, SimulatedDisk
from tests.simulation.net import Line, Net, Server
from tests.simulation.process import Calls, Happenings, Process

DAY_MS = 86_400_000
BEGINNING_MS = 20_780 * DAY_MS + DAY_MS // 2

JOURNAL = JournalLimits(group_beacons=4, gather_s=0.003, segment_bytes=900, look_s=20.0)
"""Few beacons a frame and few frames a segment, so that a short life has many of both."""
PACE = Pace(gather_s=0.05, ask_s=120.0, first_retry_s=0.1, most_retry_s=20.0, call_s=30.0)

_RULES = {
    "v": 1,
    "site": "shop",
    "timezone": "UTC",
    "domains": ["shop.example"],
    "experiments": {"hero": ["control", "bold"]},
    "goals": {"purchase": {"cap": 0}},
}
_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
T = TypeVar("T")

PATIENCE_S = 60.0
"""How long a browser waits for an answer."""


@dataclass
class Letter:
    """One beacon, what it says, and what its browser and its relays know of it."""

    number: int
    nonce: bytes
    amount: int
    arm: str
    kept_by: set[str] = field(default_factory=set)
    """Relays that said they keep it, heard or not."""
    is_heard: bool = False
    posts: int = 0

    def arrival(self, day: int) -> Arrival:
        """As the relay sees it."""
        body = {
            "v": 1,
            "cfg": "3f9c2a1b8d7e4450",
            "d": day,
            "p": "/",
            "src": ["", "", "", ""],
            "e": [
                ["visit", 0, 3],
                ["view"],
                ["exp", "hero", self.arm],
                ["goal", "purchase", 0, 0, [["hero", self.arm, 0, 0]], self.amount],
                ["event", f"b{self.number}"],
            ],
        }
        nonce = base64.urlsafe_b64encode(self.nonce)[:22].decode()
        return Arrival("shop", nonce, json.dumps(body).encode(), "https://shop.example", _AGENT)


@dataclass
class Machine:
    """Where relays of one name live, one after the other."""

    name: str
    disk: SimulatedDisk
    skew_ms: int = 0
    relay: Relay | None = None
    process: Process | None = None
    loses_power: bool = False
    """Whether the relay's death is a power loss."""
    epochs: list[bytes] = field(default_factory=list)
    """Epochs to come, where chance is to repeat itself."""

    @property
    def is_up(self) -> bool:
        """Whether a relay lives here."""
        return self.process is not None and self.process.is_alive


class World:
    """One world, from its seed."""

    def __init__(self, folder: Path, seed: int | str, relays: int = 2, aggregators: int = 2) -> None:
        self.dice = random.Random(seed)
        self.happenings = Happenings()
        self.database = Database(folder / "counts.db", self.happenings)
        self.net = Net(self.dice, self.happenings)
        self.machines = [self.machine(f"relay-{n}") for n in range(relays)]
        self.letters: list[Letter] = []
        self.snapshots: list[tuple[Machine, dict[str, File]]] = []
        self.complaints: list[str] = []
        self.excused: set[bytes] = set()
        """Nonces of beacons that only a spoiled disk may have held."""
        self.passed_ms = 0
        self.calls = Calls()
        self._aggregators = aggregators
        self._lives = 0
        self._opening: list[Process] = []
        """Aggregators of which some have not come up yet: they have the database open too."""
        self.dies_within = 0
        """Processes that start die before one of their first calls, so many at most; 0 for never."""

    def machine(self, name: str, disk: SimulatedDisk | None = None) -> Machine:
        """A machine without a relay."""
        return Machine(name, disk or SimulatedDisk(self.dice, self.happenings))

    def now_ms(self) -> int:
        """The true time."""
        return BEGINNING_MS + self.passed_ms + int(asyncio.get_running_loop().time() * 1000)

    async def start_relay(self, machine: Machine) -> None:
        """Start a relay, unless the disk or an early death prevents it."""
        process = machine.process = self._process(
            machine.name, lambda _: machine.disk.lose_power() if machine.loses_power else None
        )

        def randomness(size: int) -> bytes:
            return machine.epochs.pop() if size == 16 and machine.epochs else self.dice.randbytes(size)

        async def read(path: str) -> bytes | None:
            return json.dumps(_RULES).encode() if path == "production/shop/relay.json" else None

        seams = Seams(
            Mount(machine.disk, process),
            Line(self.net, process),
            read,
            lambda: self.now_ms() + machine.skew_ms,
            randomness,
        )
        settings = RelaySettings(machine.name, None, None, journal=JOURNAL, pace=PACE, drain_s=0.5)
        relay = machine.relay = Relay(seams, settings)
        try:
            await _outlived(process, relay.start())
        except OSError:
            process.kill()

    async def start_aggregators(self) -> None:
        """Start those that are not there."""
        self.net.servers = [server for server in self.net.servers if server.process.is_alive]
        while len(self.net.servers) < self._aggregators:
            place = self._place()
            self._opening.append(place.process)
            try:
                store = await _outlived(place.process, open_place(place))
            except Exception as error:
                place.process.kill()
                if not any(known in str(error) for known in ("locked", "full")):
                    raise
                break
            if store is None:
                break
            self.net.servers.append(Server(place.process, Aggregator(store, self.now_ms)))

    def kill_aggregators(self) -> None:
        """End all of them."""
        for process in (*self._opening, *(server.process for server in self.net.servers)):
            process.kill()
        self._opening.clear()

    def kill(self, machine: Machine, *, power: bool) -> None:
        """End the relay, and with the power what was not synced."""
        if machine.process is not None:
            machine.process.kill()
        if power:
            machine.disk.lose_power()

    async def post(self, letter: Letter, machine: Machine) -> bool | None:
        """Post a beacon; True where the relay keeps it, False where it says it does not, None without an answer."""
        letter.posts += 1
        relay, process = machine.relay, machine.process
        if relay is None or process is None or not process.is_alive:
            return None
        day = self.now_ms() // DAY_MS
        answer = await _outlived(process, relay.receive(letter.arrival(day)), PATIENCE_S)
        if answer is None:
            return None
        if isinstance(answer, Accepted):
            letter.kept_by.add(machine.name)
            return True
        assert answer.reason.may_retry, answer.reason
        self.happenings.note("refused")
        return False

    @contextmanager
    def spoiling(self, machine: Machine) -> Iterator[None]:
        """Whatever a disk no longer holds after this may be lost."""
        before = machine.disk.nonces()
        yield
        self.excused |= before - machine.disk.nonces()

    @contextmanager
    def restoring(self) -> Iterator[None]:
        """What was set aside for a person since the backup is too old to come again."""
        before = self.set_aside()
        yield
        self.excused |= before - self.set_aside()

    @property
    def written(self) -> list[Frame]:
        """Every frame that any relay wrote."""
        return [frame for machine in self.machines for frame in machine.disk.written]

    def set_aside(self) -> set[bytes]:
        """Nonces of the beacons in quarantine."""
        rows = self.database.ask("SELECT payload FROM counts_quarantine")
        return {beacon.nonce for (payload,) in rows for beacon in decode_batch(payload)}

    def write(self) -> Letter:
        """A new beacon."""
        arm = self.dice.choice(("control", "bold"))
        letter = Letter(len(self.letters), self.dice.randbytes(16), self.dice.randrange(10_000), arm)
        self.letters.append(letter)
        return letter

    def _place(self) -> Place:
        process = self._process(f"aggregator {self._lives}", lambda _: place.abandon())
        place = Place(self.database, process)
        return place

    def _process(self, name: str, bury: Callable[[Process], None]) -> Process:
        self._lives += 1
        dies_at = self.dice.randint(1, self.dies_within) if self.dies_within and self.dice.random() < 0.5 else 0
        process = Process(name, self.dice, bury, dies_at, all_calls=self.calls)
        if dies_at and name.startswith("aggregator"):
            process.dies_after_commit = self.dice.random() < 0.3
        return process


async def _outlived(process: Process, doing: Coroutine[object, object, T], within_s: float | None = None) -> T | None:
    """What comes of it; None where the process dies before, or it takes too long."""
    task = asyncio.ensure_future(doing)
    died = asyncio.ensure_future(process.died.wait())
    await asyncio.wait((task, died), timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    died.cancel()
    return task.result() if task.done() else None


@contextmanager
def new_world(folder: Path, seed: int | str) -> Iterator[World]:
    """A world whose files are let go of in the end."""
    try:
        yield World(folder, seed)
    finally:
        close_places()
        for path in folder.glob("counts.db*"):
            path.unlink()
