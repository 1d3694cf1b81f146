"""Bringing a database up to date: what it makes, twice, by two at once, and killed at any statement."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from ingest_grpc.aggregator import migrations, models
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.dialect import Table, table_of
from ingest_grpc.aggregator.migrations import STEPS, migrate
from ingest_grpc.aggregator.store import Store
from ingest_grpc.aggregator.transaction import Transaction
from ingest_grpc.wire.ports import UnavailableError
from tests.aggregator.traces import RELAY, Clock, Journal, Opening, cells, landing

ROOT = Path(__file__).parents[2]
TOO_LONG_S = 30

TABLES = [
    table_of(model)
    for model in (
        models.Watermark,
        models.Period,
        models.Nonce,
        models.Cell,
        models.Span,
        models.Book,
        models.Quarantine,
    )
]

KINDS = {
    "TEXT": "text",
    "INTEGER": "integer",
    "BLOB": "bytes",
    "text": "text",
    "bigint": "integer",
    "bytea": "bytes",
}

_POSTGRES_COLUMNS = """SELECT column_name, data_type, is_nullable = 'NO' FROM information_schema.columns
                       WHERE table_name = ? ORDER BY ordinal_position"""
_POSTGRES_KEY = """SELECT a.attname FROM pg_index i
                   JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(attnum, place) ON true
                   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                   WHERE i.indisprimary AND i.indrelid = CAST(CAST(? AS text) AS regclass) ORDER BY k.place"""
_SQLITE_COLUMNS = 'SELECT name, type, "notnull" FROM pragma_table_info(?) ORDER BY cid'
_SQLITE_KEY = "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk"


async def _made(store: Store, table: str) -> tuple[dict[str, str], tuple[str, ...], bool]:
    """Columns with their kinds, key, and whether everything must have a value."""
    sqlite = store.dialect.name == "sqlite"
    columns = await store.read(_SQLITE_COLUMNS if sqlite else _POSTGRES_COLUMNS, [table])
    key = await store.read(_SQLITE_KEY if sqlite else _POSTGRES_KEY, [table])
    kinds = {name: KINDS[kind] for name, kind, _ in columns}
    return kinds, tuple(name for (name,) in key), all(required for _, _, required in columns)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
async def test_the_models_say_what_the_migrations_made(store: Store, table: Table) -> None:
    assert await _made(store, table.name) == (dict(table.columns), table.key, True)


async def test_every_table_of_sqlite_is_strict_and_sorted_by_its_key(opening: Opening, sqlite_url: str) -> None:
    store = await opening(sqlite_url)
    rows = await store.read("SELECT name, strict, wr FROM pragma_table_list WHERE name LIKE 'counts%'")
    assert {name for name, *_ in rows} == {table.name for table in TABLES} | {"counts_schema"}
    assert all(strict and without_rowid for name, strict, without_rowid in rows if name != "counts_schema")


async def test_an_open_database_opens_again_with_everything_in_it(opening: Opening, counts_url: str) -> None:
    for _ in range(3):
        store = await opening(counts_url)
        await store.write(lambda t: t.add_cells([]))
        assert await store.read("SELECT steps FROM counts_schema") == [(len(STEPS),)]
        await store.close()


async def test_processes_that_start_at_once_agree(opening: Opening, counts_url: str) -> None:
    stores = await asyncio.gather(*(opening(counts_url) for _ in range(4)))
    for store in stores:
        assert await store.read("SELECT steps FROM counts_schema") == [(len(STEPS),)]


NEXT: migrations.Step = (
    "ALTER TABLE counts_book ADD COLUMN late {integer} DEFAULT 0",
    "CREATE TABLE counts_note (site {text}, note {text}, PRIMARY KEY (site)) {options}",
)


async def _migrate(store: Store, steps: tuple[migrations.Step, ...]) -> None:
    async def work(transaction: Transaction) -> None:
        await migrate(transaction.client, transaction.dialect, steps)

    await store.write(work)


async def test_a_later_step_keeps_what_was_counted_and_older_code_goes_on(store: Store) -> None:
    journal = Journal()
    journal.seal(landing())
    journal.seal(landing())
    aggregator = Aggregator(store, Clock())
    await aggregator.commit(RELAY, journal.frames[:1])
    await _migrate(store, (*STEPS, NEXT))
    assert await store.read("SELECT steps FROM counts_schema") == [(len(STEPS) + 1,)]
    await aggregator.commit(RELAY, journal.frames[1:])
    assert {sums.n for sums in (await cells(store)).values()} == {2}
    await _migrate(store, STEPS)
    assert await store.read("SELECT steps FROM counts_schema") == [(len(STEPS) + 1,)]


async def test_a_step_that_fails_leaves_nothing_behind(store: Store) -> None:
    broken = (*NEXT, "CREATE TABLE nonsense (")
    with pytest.raises(UnavailableError):
        await _migrate(store, (*STEPS, broken))
    assert await store.read("SELECT steps FROM counts_schema") == [(len(STEPS),)]
    await _migrate(store, (*STEPS, NEXT))
    assert await store.read("SELECT count(*) FROM counts_note") == [(0,)]


# Three that keep count of the steps, one for each statement of a step, one more count, the commit.
STATEMENTS = 3 + sum(map(len, STEPS)) + 1


@pytest.mark.parametrize("said", range(1, STATEMENTS + 2, 2))
async def test_killed_at_any_statement_it_starts_over(opening: Opening, counts_url: str, said: int) -> None:
    dying = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.aggregator.dying", "opening", counts_url, str(said), cwd=ROOT
    )
    assert await asyncio.wait_for(dying.wait(), TOO_LONG_S) == -signal.SIGKILL
    store = await opening(counts_url)
    for table in TABLES:
        assert (await _made(store, table.name))[0] == dict(table.columns)
    assert await store.read("SELECT current FROM counts_period") == [(0,)]
