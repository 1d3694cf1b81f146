"""Facts about the libraries that decided how the store is written: an upgrade that changes one is seen here.

May not test anything of ours.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tortoise import fields
from tortoise.context import TortoiseContext, tortoise_test_context
from tortoise.exceptions import OperationalError
from tortoise.models import Model
from tortoise.transactions import in_transaction


class Count(Model):
    """A count, the way Tortoise would have it."""

    id = fields.CharField(20, primary_key=True)
    n = fields.BigIntField(default=0)

    class Meta:
        app = "tripwires"
        table = "count"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "facts.db"


@pytest.fixture
async def context(path: Path) -> AsyncIterator[TortoiseContext]:
    """Tortoise on SQLite."""
    async with tortoise_test_context([__name__], f"sqlite://{path}", "tripwires", connection_label="facts") as opened:
        yield opened


async def test_an_upsert_of_tortoise_replaces_and_does_not_add(context: TortoiseContext) -> None:
    with context:
        await Count.create(id="a", n=5)
        await Count.bulk_create([Count(id="a", n=3)], on_conflict=["id"], update_fields=["n"])
        assert (await Count.get(id="a")).n == 3


async def _read_then_write(other: sqlite3.Connection) -> None:
    async with in_transaction("facts") as client:
        await client.execute_query("SELECT * FROM count")
        other.execute("UPDATE count SET n = 1")
        await client.execute_query("UPDATE count SET n = 2")


async def test_a_transaction_that_reads_first_cannot_write_once_another_has_written(
    context: TortoiseContext, path: Path
) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    with context:
        await Count.create(id="a")
        with pytest.raises(OperationalError, match="locked"):
            await _read_then_write(other)
    other.close()


@pytest.mark.parametrize(("strict", "outcome"), [("", "real"), ("STRICT", "refused")])
def test_an_integer_that_overflows_becomes_real_unless_the_table_is_strict(strict: str, outcome: str) -> None:
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE TABLE count (n INTEGER) {strict}")
    database.execute(f"INSERT INTO count VALUES ({2**63 - 1})")
    try:
        database.execute("UPDATE count SET n = n + 1")
    except sqlite3.IntegrityError:
        found = "refused"
    else:
        found = database.execute("SELECT typeof(n) FROM count").fetchone()[0]
    assert found == outcome
