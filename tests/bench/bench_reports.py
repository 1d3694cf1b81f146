"""How long reports take inside the service, over a year of cells of many sites, on SQLite and PostgreSQL.

`python -m tests.bench.bench_reports [SITES]`. One site is written out, its cells are copied to the others; a second one
has as many pages and sources a day as it may. Then what a site's day takes on disk, by the number of its visits. May
not know how any of it works.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]

from domain.names import RunName, SiteKey
from domain.report import Days
from domain.tally import DIMENSIONS, ORIGINS, ORIGINS_AND_PAGE, Cell, Sums, Tally
from ingest_grpc.aggregator.constants import CAPS, OTHER
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.store import Store, open_store
from ingest_grpc.aggregator.transaction import Transaction
from tests.services.postgres import new_database, running_postgres

SITES = 100
FIRST, DAYS = 20_500, 365
ASKED = 30
"""So many reports of each kind."""
VALUES = {
    "page": 40,
    "source": 12,
    "campaign": 5,
    "channel": 8,
    "country": 20,
    "platform": 5,
    "browser": 6,
    "device": 3,
}
USUAL, FULL = SiteKey("site-0"), SiteKey("full")

HEAD = """| a year | site | experiment, ms | a year by days, ms | by spans, ms | 30 days, ms | a span, ms |
|---|---|---|---|---|---|---|"""

_COLUMNS = "dimension, day, what, value, n, conversions, total, squares_high, squares_low"
_COPY = "INSERT INTO counts_cell (site, {columns}) SELECT '{to}', {columns} FROM counts_cell WHERE site = 'site-0'"


def cells(site: SiteKey, day: int, values: dict[str, int]) -> Iterator[tuple[Cell, Sums]]:
    """One day of a site."""
    one = Sums(100, 120, 5_000, 400_000)
    arms = [f"hero/{arm}" for arm in ("control", "bold")]
    goals = [f"converted/{goal}" for goal in ("signup", "purchase", "lead")]
    counted: dict[str, tuple[str, ...]] = {
        "visitors": ORIGINS,
        "sessions": ORIGINS_AND_PAGE,
        "views": ORIGINS_AND_PAGE,
        **dict.fromkeys(("bounces", "quarter", "year", "engaged", "scrolled"), ()),
        **{f"gap/{gap}": () for gap in range(33)},
        **{f"event/e{number}": () for number in range(10)},
        **{f"exposed/{arm}": DIMENSIONS for arm in arms},
        **dict.fromkeys(goals, DIMENSIONS),
        **{f"{goal}/{arm}": DIMENSIONS for goal in goals for arm in arms},
    }
    for what, dimensions in counted.items():
        yield Cell(site, day, what, "", ""), one
        for dimension in dimensions:
            # Few of the values have few of the counts: as on a real site, most values are seldom.
            few = values[dimension] if what in ("views", "sessions", "visitors") else min(3, values[dimension])
            for number in range(few):
                yield Cell(site, day, what, dimension, f"value-{number}"), one


async def fill(store: Store, sites: int) -> int:
    """Write a year; how many cells a usual site has."""
    written = 0
    for site, values in ((USUAL, VALUES), (FULL, {**VALUES, "page": CAPS["page"], "source": CAPS["source"]})):
        for day in range(FIRST, FIRST + DAYS):
            rows = list(cells(site, day, values))
            written += len(rows) if site == USUAL else 0

            async def work(said: Transaction, rows: list[tuple[Cell, Sums]] = rows) -> None:
                await said._execute("UPDATE counts_period SET current = current")
                await said.add_cells(rows)

            await store.write(work)
    for number in range(1, sites):

        async def copy(said: Transaction, number: int = number) -> None:
            await said._execute(_COPY.format(columns=_COLUMNS, to=f"site-{number}"))

        await store.write(copy)
    return written


async def roll(store: Store, site: SiteKey) -> float:
    """Add up all spans that would be by the last day; the longest that a commit had to do it."""
    longest, due = 0.0, True

    async def work(said: Transaction) -> bool:
        await said._execute("UPDATE counts_period SET current = current")
        return await said.roll_span(site, FIRST, FIRST + DAYS - 1)

    while due:
        began = time.perf_counter()
        due = await store.write(work)
        longest = max(longest, (time.perf_counter() - began) * 1000)
    return longest


async def median_ms(ask: Callable[[], Awaitable[object]]) -> float:
    """Of so many questions, the first of which nobody waits for."""
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


async def reports(name: str, url: str, sites: int) -> None:
    """Lines of the table for one database."""
    store = await open_store(url)
    try:
        written = await fill(store, sites)
        await analyse(url)
        reporter, year = Reporter(store), Days(FIRST, FIRST + DAYS - 1)
        month = Days(FIRST + 330, FIRST + 359)
        for site in (USUAL, FULL):
            by_days = await median_ms(lambda site=site: reporter.traffic(site, year))  # type: ignore[misc]
            rolled_ms = await roll(store, site)
            await analyse(url)
            experiment = await median_ms(lambda site=site: reporter.experiment(site, RunName("hero"), year))  # type: ignore[misc]
            traffic = await median_ms(lambda site=site: reporter.traffic(site, year))  # type: ignore[misc]
            monthly = await median_ms(lambda site=site: reporter.traffic(site, month))  # type: ignore[misc]
            told = f"{experiment:.1f} | {by_days:.1f} | {traffic:.1f} | {monthly:.1f} | {rolled_ms:.0f}"
            print(f"| {name}, {sites} sites, {written // DAYS} cells a day | {site} | {told} |", flush=True)
    finally:
        await store.close()


async def analyse(url: str) -> None:
    """As autovacuum would have by then."""
    if url.startswith("postgres"):
        database = await asyncpg.connect(url)
        await database.execute("VACUUM ANALYZE counts_cell, counts_span")
        await database.close()


async def stored(folder: Path, visits: int) -> int:
    """Bytes that a site's day takes for good."""
    dice, tally = random.Random(1), Tally()
    path = folder / f"visits-{visits}.db"
    store = await open_store(f"sqlite://{path}")
    for _ in range(min(visits, 20_000)):
        # Beyond so many visits every value that there is room for has come.
        for dimension in ORIGINS_AND_PAGE:
            value = min(int(dice.paretovariate(0.5)), 10**6)
            shown = f"value-{value}" if value < CAPS[dimension] else OTHER
            tally.add(Cell(USUAL, FIRST, "views", dimension, shown), Sums(visits))
    await store.write(lambda said: _add(said, tally))
    await store.close()
    with sqlite3.connect(path) as database:
        database.execute("VACUUM")
        pages, size = (
            database.execute("PRAGMA page_count").fetchone()[0],
            database.execute("PRAGMA page_size").fetchone()[0],
        )
    return int(pages * size)


async def _add(said: Transaction, tally: Tally) -> None:
    await said._execute("UPDATE counts_period SET current = current")
    await said.add_cells(tally.cells.items())


def main() -> None:
    """Print the tables."""
    sites = int(sys.argv[1]) if len(sys.argv) > 1 else SITES
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server, new_database(server) as postgres:
        asyncio.run(reports("SQLite", f"sqlite://{Path(folder) / 'counts.db'}", sites))
        asyncio.run(reports("PostgreSQL", postgres, sites))
        print("\n| visits of a site and day | bytes for good |\n|---|---|")
        for visits in (10**3, 10**5, 10**7):
            print(f"| {visits:,} | {asyncio.run(stored(Path(folder), visits)):,} |")
    print(f"\nresident memory: {_resident_mb():.0f} MB")


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
