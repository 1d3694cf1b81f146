"""A battle: two relays, an aggregator and a database in processes of their own, under load, killed, frozen and cut off.

What is confirmed must be counted, once. May not know how the load or the counts are made.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg  # type: ignore[import-untyped]

from ingest_grpc.aggregator.books import Book
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.store import Store, open_store
from leadbright.demo.browser import calendar
from tests.chaos.crowd import Crowd
from tests.chaos.meddler import Meddler, meddling
from tests.chaos.oracle import Oracle
from tests.services.house import House

DRAINED_S = 120.0
"""In which everything must be counted once the faults have stopped."""


@dataclass(frozen=True)
class Plan:
    """How long, how much, and what goes wrong."""

    name: str
    seconds: float
    per_s: float
    kill_every_s: tuple[float, float] | None = None
    freeze_s: tuple[float, float] = (1.0, 20.0)
    freeze_every: int = 4
    """Each so manieth time a process is frozen and not killed."""
    loses: float = 0.02
    again: int = 0
    withheld: float = 0.0
    outage: tuple[float, float] | None = None
    """From which second the database is away, and for how long."""


@dataclass
class Outcome:
    """What came of a battle."""

    issued: int
    confirmed: int
    counted: int
    lost: int
    double: int
    invented: int
    wrong_cells: int
    kills: int
    freezes: int
    torn_tails: int
    unanswered: int
    calls_lost: int
    reposted: int
    duplicates: int
    """Beacons that came to the aggregator once more, in new frames or in frames that it had."""
    replies: dict[str, int]
    drained_s: float
    p99_ms: float
    relay_grew_mb: float
    longest_start_s: float

    @property
    def is_won(self) -> bool:
        """Whether all that was confirmed is counted, once, and nothing else is."""
        return not (self.lost or self.double or self.invented or self.wrong_cells)


@dataclass
class Field:
    """The processes of a battle."""

    house: House
    relays: tuple[House, House]
    meddler: Meddler
    dice: random.Random
    kills: int = 0
    freezes: int = 0
    torn_tails: int = 0
    longest_start_s: float = 0.0

    @property
    def roles(self) -> tuple[tuple[House, str], ...]:
        """Every process, by its house."""
        return (self.relays[0], "relay"), (self.relays[1], "relay"), (self.house, "aggregator")

    async def trouble(self, plan: Plan) -> None:
        """Kill or freeze one process after the other."""
        if plan.kill_every_s is None:
            return
        number = 0
        while True:
            await asyncio.sleep(self.dice.uniform(*plan.kill_every_s))
            number += 1
            house, role = self.dice.choice(self.roles)
            if number % plan.freeze_every == 0:
                await self._freeze(house, role, self.dice.uniform(*plan.freeze_s))
            else:
                await self._kill(house, role)

    async def _freeze(self, house: House, role: str, seconds: float) -> None:
        self.freezes += 1
        house.signal(role, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            house.signal(role, signal.SIGCONT)

    async def _kill(self, house: House, role: str) -> None:
        self.kills += 1
        house.kill(role)
        if role == "relay":
            self._tear(house.settings.data / "journal")
        began = time.monotonic()
        house.begin(role)
        # Also where the battle ends meanwhile.
        await asyncio.shield(house.ready(role))
        self.longest_start_s = max(self.longest_start_s, time.monotonic() - began)

    def _tear(self, journal: Path) -> None:
        """What a power loss in the middle of a write leaves: `kill -9` alone leaves the kernel's pages whole."""
        segments = sorted(journal.glob("*.seg"), key=lambda path: path.stat().st_mtime)
        if segments:
            content = segments[-1].read_bytes()
            frame = content[content.rfind(b"\xf1LBf") :]
            with segments[-1].open("ab") as file:
                file.write(frame[: self.dice.randint(1, max(1, len(frame) - 1))])
            self.torn_tails += 1


async def fight(plan: Plan, folder: Path, counts: str, seed: int = 1) -> Outcome:
    """Fight it out on the database at an address."""
    dice = random.Random(seed)
    async with AsyncExitStack() as parts:
        field = await parts.enter_async_context(_field(plan, folder, counts, dice))
        oracle = Oracle(dice, calendar("Europe/Berlin")(int(time.time() // 60)))
        listen = [(h.settings.relay_listen.host, h.settings.relay_listen.port) for h in field.relays]
        crowd = Crowd(oracle, listen, field.house.shop, dice, plan.withheld)
        before = _memory_mb(field)
        trouble = asyncio.create_task(field.trouble(plan))
        outage = asyncio.create_task(_outage(plan, counts))
        await crowd.post_for(plan.seconds, plan.per_s)
        trouble.cancel()
        await asyncio.wait((trouble, outage))
        for each, role in field.roles:
            await each.ready(role)
        field.meddler.loses, field.meddler.again = 0.0, 0
        began = time.monotonic()
        grew = _memory_mb(field) - before
        store = await open_store(counts)
        parts.push_async_callback(store.close)
        await _drained(store, oracle)
        return await _outcome(field, crowd, store, time.monotonic() - began, grew)


@asynccontextmanager
async def _field(plan: Plan, folder: Path, counts: str, dice: random.Random) -> AsyncIterator[Field]:
    house = House(folder / "aggregator", {"LEADBRIGHT_COUNTS": counts})
    async with AsyncExitStack() as parts:
        parts.callback(house.stop)
        await asyncio.to_thread(house.publish_shop)
        house.begin("aggregator")
        await house.ready("aggregator")
        address = str(house.settings.aggregator_listen)
        meddler, front = await parts.enter_async_context(meddling(address, dice, plan.again))
        meddler.loses = plan.loses
        shared = {"LEADBRIGHT_CDN": house.settings.cdn, "LEADBRIGHT_AGGREGATOR": front}
        relays = tuple(
            House(folder / name, {**shared, "LEADBRIGHT_RELAY_NAME": name}) for name in ("relay-1", "relay-2")
        )
        for relay in relays:
            parts.callback(relay.stop)
            relay.begin("relay")
        for relay in relays:
            await relay.ready("relay")
        yield Field(house, (relays[0], relays[1]), meddler, dice)


async def _outage(plan: Plan, counts: str) -> None:
    """The database is away, and nobody can reach it."""
    if plan.outage is None:
        return
    begins, lasts = plan.outage
    await asyncio.sleep(begins)
    away = _postgres_away if counts.startswith("postgres") else _sqlite_away
    await away(counts, lambda: asyncio.sleep(lasts))


async def _sqlite_away(counts: str, meanwhile: Callable[[], Awaitable[object]]) -> None:
    database = sqlite3.connect(counts.removeprefix("sqlite://"), isolation_level=None, timeout=30)
    database.execute("BEGIN EXCLUSIVE")
    await meanwhile()
    database.execute("ROLLBACK")
    database.close()


async def _postgres_away(counts: str, meanwhile: Callable[[], Awaitable[object]]) -> None:
    place = urlsplit(counts)
    name = place.path[1:]
    server = await asyncpg.connect(urlunsplit(place._replace(path="/postgres")))
    await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await meanwhile()
    await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    await server.close()


async def _drained(store: Store, oracle: Oracle) -> None:
    """Until every confirmed beacon is counted; what is still missing in the end is lost."""
    confirmed = {claim.nonce for claim in oracle.claims if claim.confirmations}
    deadline = time.monotonic() + DRAINED_S
    while time.monotonic() < deadline:
        if confirmed <= await _nonces(store):
            return
        await asyncio.sleep(0.5)


async def _nonces(store: Store) -> set[bytes]:
    return {bytes(nonce) for (nonce,) in await store.read("SELECT nonce FROM counts_nonce")}


async def _outcome(field: Field, crowd: Crowd, store: Store, drained_s: float, grew_mb: float) -> Outcome:
    oracle, meddler = crowd.oracle, field.meddler
    counted = await _nonces(store)
    confirmed = {claim.nonce for claim in oracle.claims if claim.confirmations}
    rows = await store.read(
        "SELECT what, dimension, value, CAST(SUM(n) AS bigint) FROM counts_cell "
        "WHERE dimension IN ('', 'country') GROUP BY what, dimension, value"
    )
    found = {(what, dimension, value): n for what, dimension, value, n in rows}
    expected = oracle.expected(counted)
    book: Book = await Reporter(store).total_book()
    return Outcome(
        issued=len(oracle.claims),
        confirmed=len(confirmed),
        counted=found.get(("views", "", ""), 0),
        lost=len(confirmed - counted),
        double=found.get(("views", "", ""), 0) - len(counted),
        invented=len(counted - {claim.nonce for claim in oracle.claims}),
        wrong_cells=sum(found.get(cell, 0) != n for cell, n in expected.items())
        + int(book.counted != len(counted) or book.accepted != sum(book[1:])),
        kills=field.kills,
        freezes=field.freezes,
        torn_tails=field.torn_tails,
        unanswered=crowd.unanswered,
        calls_lost=meddler.lost,
        reposted=sum(claim.posts > 1 for claim in oracle.claims),
        duplicates=book.duplicate + meddler.offered_again,
        replies={status.name: n for status, n in sorted(meddler.replies.items(), key=lambda item: item[0].name)},
        drained_s=drained_s,
        p99_ms=_percentile(crowd.took_s, 0.99) * 1000,
        relay_grew_mb=grew_mb,
        longest_start_s=field.longest_start_s,
    )


def _percentile(seconds: list[float], share: float) -> float:
    return sorted(seconds)[int(len(seconds) * share)] if seconds else 0.0


def _memory_mb(field: Field) -> float:
    """Resident memory of the greater relay."""
    sizes: Counter[int] = Counter()
    for number, house in enumerate(field.relays):
        pid = house.signal("relay", signal.SIGCONT)
        status = Path(f"/proc/{pid}/status").read_text()
        sizes[number] = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return max(sizes.values()) / 1024
