"""The store when things go wrong: callers that give up, too many of them, a database that breaks, other contexts."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from tortoise import Tortoise, fields
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.backends.sqlite.client import SqliteTransactionWrapper
from tortoise.exceptions import OperationalError
from tortoise.models import Model
from tortoise.transactions import in_transaction

from ingest_grpc.aggregator.constants import QUEUED_WRITES
from ingest_grpc.aggregator.store import WRITER, Store, open_store
from ingest_grpc.aggregator.transaction import Transaction
from ingest_grpc.wire.frame import Watermark
from ingest_grpc.wire.ports import UnavailableError
from tests.aggregator.traces import NOON_MS, RELAY, Opening

SOON_S = 10
MARK = Watermark(9, b"12345678")


async def _begin(transaction: Transaction) -> bool:
    return await transaction.begin_epoch(RELAY, MARK, NOON_MS)


async def _look(transaction: Transaction) -> Watermark | None:
    await transaction.advance(RELAY, MARK, MARK, NOON_MS)
    return await transaction.watermark(RELAY)


async def test_a_caller_that_is_cancelled_does_not_stop_what_has_begun(store: Store) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(transaction: Transaction) -> None:
        await _begin(transaction)
        begun.set()
        await go_on.wait()

    caller = asyncio.create_task(store.write(work))
    await begun.wait()
    caller.cancel()
    await asyncio.wait({caller})
    go_on.set()
    assert await asyncio.wait_for(store.write(_look), SOON_S) == MARK


async def test_a_caller_that_is_cancelled_before_its_turn_is_passed_over(store: Store) -> None:
    go_on = asyncio.Event()

    async def wait(_: Transaction) -> None:
        await go_on.wait()

    first = asyncio.create_task(store.write(wait))
    second = asyncio.create_task(store.write(_begin))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait({second})
    go_on.set()
    await first
    assert await store.write(_look) is None


async def test_more_transactions_than_may_wait_are_refused_at_once(store: Store) -> None:
    go_on = asyncio.Event()

    async def work(_: Transaction) -> None:
        await go_on.wait()

    waiting = [asyncio.create_task(store.write(work)) for _ in range(QUEUED_WRITES + 2)]
    done, _ = await asyncio.wait(waiting, timeout=SOON_S, return_when=asyncio.FIRST_COMPLETED)
    assert {type(task.exception()) for task in done} == {UnavailableError}
    go_on.set()
    await asyncio.wait(waiting)
    assert sum(task.exception() is None for task in waiting) >= QUEUED_WRITES


async def test_what_work_raises_comes_back_and_nothing_of_it_stays(store: Store) -> None:
    async def work(transaction: Transaction) -> None:
        await _begin(transaction)
        raise LookupError("no")

    with pytest.raises(LookupError):
        await store.write(work)
    assert await store.write(_look) is None


@pytest.mark.parametrize("error", [OperationalError("ill"), sqlite3.OperationalError("full"), OSError("gone")])
async def test_a_broken_database_is_unavailable_and_the_next_transaction_gets_a_new_connection(
    store: Store, error: Exception
) -> None:
    async def work(transaction: Transaction) -> None:
        await _begin(transaction)
        raise error

    with pytest.raises(UnavailableError):
        await store.write(work)
    assert not await store.ready()
    assert await asyncio.wait_for(store.write(_look), SOON_S) is None
    assert await store.ready()


@pytest.mark.parametrize("moment", ["begin", "commit"])
async def test_a_transaction_that_breaks_as_it_begins_or_ends_holds_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Tortoise would keep the lock, or the connection, or commit what was left over with the next transaction."""

    async def broken(_: object) -> None:
        raise OperationalError("ill")

    with monkeypatch.context() as patched:
        for client in (SqliteTransactionWrapper, TransactionWrapper):
            patched.setattr(client, moment, broken)
        with pytest.raises(UnavailableError):
            await asyncio.wait_for(store.write(_begin), SOON_S)
    assert await asyncio.wait_for(store.write(_look), SOON_S) is None


async def test_a_disk_that_fills_up_loses_nothing_that_was_there(opening: Opening, sqlite_url: str) -> None:
    store = await opening(sqlite_url)
    await store.write(_begin)

    async def fill(transaction: Transaction) -> None:
        await transaction.client.execute_query("PRAGMA max_page_count = 1")
        for index in range(2_000):
            await transaction.client.execute_query(
                "INSERT INTO counts_nonce (period, site, nonce) VALUES (?, 'shop', ?)", [index, b"n" * 1_000]
            )

    with pytest.raises(UnavailableError, match="full"):
        await store.write(fill)
    assert await store.write(_look) == MARK
    assert await store.read("SELECT count(*) FROM counts_nonce") == [(0,)]


async def test_a_postgres_that_drops_its_connections_is_asked_again(opening: Opening, postgres_url: str) -> None:
    store = await opening(postgres_url)
    await store.write(_begin)
    dropped = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"

    async def drop(transaction: Transaction) -> None:
        await transaction.client.execute_query(dropped)

    with pytest.raises(UnavailableError):
        await store.write(drop)
    assert await asyncio.wait_for(store.write(_look), SOON_S) == MARK
    assert await store.read("SELECT sequence FROM counts_watermark") == [(9,)]


async def test_waiting_transactions_are_finished_before_the_store_closes(opening: Opening, counts_url: str) -> None:
    store = await opening(counts_url)
    begun = asyncio.create_task(store.write(_begin))
    await asyncio.sleep(0)
    await store.close()
    assert await begun
    with pytest.raises(UnavailableError, match="closed"):
        await store.write(_look)
    with pytest.raises(UnavailableError, match="closed"):
        await store.read("SELECT 1")
    again = await opening(counts_url)
    assert await again.write(_look) == MARK


@pytest.mark.parametrize("url", ["mysql://root@localhost/counts", "counts.db", "sqlite://", ""])
async def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="the counts need"):
        await open_store(url)


@pytest.mark.parametrize("url", ["sqlite:///nowhere/at/all/counts.db", "postgres://nobody@127.0.0.1:1/counts"])
async def test_a_database_that_does_not_open_is_unavailable(url: str) -> None:
    with pytest.raises(UnavailableError, match="cannot be opened"):
        await open_store(url)


class Note(Model):
    """Another room's table."""

    id = fields.IntField(primary_key=True)
    text = fields.TextField()

    class Meta:
        app = "control"


async def test_the_web_s_tables_live_in_the_same_process(opening: Opening, counts_url: str, tmp_path: Path) -> None:
    """The web's context is the process's fallback; the counts bring their own, and neither sees the other's."""
    await Tortoise.init(
        config={
            "connections": {"control": f"sqlite://{tmp_path / 'control.db'}"},
            "apps": {"control": {"models": [__name__], "default_connection": "control"}},
        },
        _enable_global_fallback=True,
    )
    try:
        await Tortoise.generate_schemas()
        store = await opening(counts_url)
        await Note.create(text="before")
        await asyncio.gather(store.write(_begin), _note("between"), store.read("SELECT 1"))
        await store.close()
        await Note.create(text="after")
        assert {note.text for note in await Note.all()} == {"before", "between", "after"}
    finally:
        await Tortoise.close_connections()


async def _note(text: str) -> None:
    async with in_transaction("control"):
        await Note.create(text=text)


def test_the_connections_have_names_of_their_own() -> None:
    assert WRITER != "control"
