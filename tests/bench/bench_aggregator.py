"""How many beacons a second an aggregator commits, beside SQL written by hand in the same run.

By hand means: decode, fold into a dictionary, insert the nonces, add to the cells, commit; no watermark, no books, no
caps, no checks, no queue. Rounds take turns, the best of each is told; CPU is that of this process, a PostgreSQL's own
is not in it. May not know how any of it works.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]

from domain.beacon import (
    Admitted,
    Converted,
    Entry,
    Exposed,
    Happened,
    SessionStarted,
    Standing,
    Surroundings,
    Viewed,
    Visited,
)
from domain.names import EventName, GoalKey, RunName, SiteKey, VariationKey
from domain.tally import fold
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.store import open_store
from ingest_grpc.wire.batch import decode_batch
from ingest_grpc.wire.frame import Epoch, Frame, Status
from tests.aggregator.traces import DAY, Clock, Journal
from tests.services.postgres import EMPTY, new_database, running_postgres

BEACONS = 500
"""In each frame, and each transaction."""
FRAMES = 12
ROUNDS = 3

Sample = tuple[float, float]
"""Seconds by the clock, seconds of CPU."""

_CELL = """site text, dimension text, day bigint, what text, value text,
           n bigint, conversions bigint, total bigint, squares bigint"""
_MAKE = (
    "CREATE TABLE nonce (nonce {bytes} PRIMARY KEY)",
    f"CREATE TABLE cell ({_CELL}, PRIMARY KEY (site, dimension, day, what, value))",
)
_ADD = """ON CONFLICT (site, dimension, day, what, value) DO UPDATE SET n = cell.n + excluded.n,
          conversions = cell.conversions + excluded.conversions, total = cell.total + excluded.total,
          squares = cell.squares + excluded.squares"""


def beacons(dice: random.Random) -> list[Admitted]:
    """A frame's worth of a shop's traffic: half of them landings, some conversions and events."""
    return [Admitted(dice.randbytes(16), SiteKey("shop"), DAY, _where(dice), _entries(dice)) for _ in range(BEACONS)]


def _where(dice: random.Random) -> Surroundings:
    return Surroundings(
        page=f"/p/{dice.randrange(60)}",
        channel=dice.choice(["direct", "search", "social", "email"]),
        source=dice.choice(["google.com", "bing.com", ""]),
        campaign=dice.choice(["", "", "spring"]),
        country=dice.choice(["DE", "AT", "FR", "US"]),
        platform=dice.choice(["windows", "ios", "android"]),
        browser=dice.choice(["chrome", "safari", "firefox"]),
        device=dice.choice(["desktop", "mobile"]),
    )


def _entries(dice: random.Random) -> tuple[Entry, ...]:
    hero, arm = RunName("hero"), VariationKey(dice.choice(["control", "bold"]))
    kind = dice.random()
    if kind < 0.5:
        return Visited(dice.choice([0, 1, 7]), 0), SessionStarted(), Viewed(), Exposed(hero, arm)
    if kind < 0.9:
        return (Viewed(dice.random() < 0.3),)
    standing = Standing(hero, arm, 0, 0)
    return Converted(GoalKey("purchase"), 0, 0, (standing,), dice.randrange(5_000), 5_000), Happened(EventName("buy"))


def frames(seed: int) -> list[Frame]:
    """What one relay has to deliver."""
    dice, journal = random.Random(seed), Journal()
    for _ in range(FRAMES):
        journal.seal(*beacons(dice))
    return journal.frames


async def by_aggregator(url: str, sealed: Sequence[Frame]) -> Sample:
    """Through the aggregator, a frame a transaction."""
    store = await open_store(url)
    aggregator = Aggregator(store, Clock())
    began = time.perf_counter(), time.process_time()
    for frame in sealed:
        assert (await aggregator.commit(EPOCH, [frame])).status is Status.OK
    took = time.perf_counter() - began[0], time.process_time() - began[1]
    await store.close()
    return took


EPOCH = Epoch("bench", b"e" * 16)


async def by_hand_sqlite(path: str, sealed: Sequence[Frame]) -> Sample:
    """The same in SQLite, written by hand."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    for statement in _MAKE:
        database.execute(statement.format(bytes="BLOB") + " WITHOUT ROWID")
    began = time.perf_counter(), time.process_time()
    for frame in sealed:
        batch = decode_batch(frame.payload or b"")
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO nonce VALUES (?)", [(b.nonce,) for b in batch])
        database.executemany(f"INSERT INTO cell VALUES (?,?,?,?,?,?,?,?,?) {_ADD}", _rows(batch))
        database.execute("COMMIT")
    took = time.perf_counter() - began[0], time.process_time() - began[1]
    database.close()
    return took


async def by_hand_postgres(url: str, sealed: Sequence[Frame]) -> Sample:
    """The same in PostgreSQL, written by hand."""
    database = await asyncpg.connect(url)
    for statement in _MAKE:
        await database.execute(statement.format(bytes="bytea"))
    arrays = (
        "$1::text[],$2::text[],$3::bigint[],$4::text[],$5::text[],$6::bigint[],$7::bigint[],$8::bigint[],$9::bigint[]"
    )
    began = time.perf_counter(), time.process_time()
    for frame in sealed:
        batch = decode_batch(frame.payload or b"")
        async with database.transaction():
            await database.execute("INSERT INTO nonce SELECT unnest($1::bytea[])", [b.nonce for b in batch])
            columns = [list(column) for column in zip(*_rows(batch), strict=True)]
            await database.execute(f"INSERT INTO cell SELECT * FROM unnest({arrays}) {_ADD}", *columns)
    took = time.perf_counter() - began[0], time.process_time() - began[1]
    await database.close()
    return took


def _rows(batch: Sequence[Admitted]) -> list[tuple[object, ...]]:
    return [(c.site, c.dimension, c.day, c.what, c.value, *sums) for c, sums in sorted(fold(batch).cells.items())]


async def best(
    way: Callable[[int], Awaitable[Sample]], others: Callable[[int], Awaitable[Sample]]
) -> tuple[Sample, Sample]:
    """The best of each, taking turns."""
    samples = [(await way(n), await others(n)) for n in range(ROUNDS)]
    return min(ours for ours, _ in samples), min(theirs for _, theirs in samples)


def told(name: str, sample: Sample, beside: Sample) -> None:
    """One line of the table."""
    wall, cpu = (FRAMES * BEACONS / seconds for seconds in sample)
    ratio = beside[0] / sample[0], beside[1] / sample[1]
    print(f"| {name} | {wall:,.0f} | {cpu:,.0f} | {ratio[0]:.2f} | {ratio[1]:.2f} |")


async def compare(folder: Path, postgres: str) -> None:
    """Measure, and print the table."""
    sealed = frames(1)

    async def empty() -> None:
        database = await asyncpg.connect(postgres)
        await database.execute(EMPTY)
        await database.close()

    async def ours(_: int) -> Sample:
        await empty()
        return await by_aggregator(postgres, sealed)

    async def theirs(_: int) -> Sample:
        await empty()
        return await by_hand_postgres(postgres, sealed)

    print(
        "| beacons/s, 500 a transaction | by the clock | per CPU second | ratio | ratio, CPU |\n|---|---|---|---|---|"
    )
    aggregated, by_hand = await best(
        lambda n: by_aggregator(f"sqlite://{folder / f'ours-{n}.db'}", sealed),
        lambda n: by_hand_sqlite(str(folder / f"theirs-{n}.db"), sealed),
    )
    told("SQLite, aggregator", aggregated, by_hand)
    told("SQLite, by hand", by_hand, by_hand)
    aggregated, by_hand = await best(ours, theirs)
    told("PostgreSQL, aggregator", aggregated, by_hand)
    told("PostgreSQL, by hand", by_hand, by_hand)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server, new_database(server) as postgres:
        asyncio.run(compare(Path(folder), postgres))


if __name__ == "__main__":
    main()
