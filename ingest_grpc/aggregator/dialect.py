"""What SQLite and PostgreSQL spell differently, and the statements that both are given from one place.

Statements are written with `?`; a set of rows is a fragment of SQL with its arguments. May not know what is counted.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise import fields
from tortoise.models import Model

Row = tuple[Any, ...]

LIMB_BITS = 40
"""Sums of squares are stored as `high * 2**40 + low`, with low never negative."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table by name: its columns with their kinds (text, integer, bytes), and how many of them are its key."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind of each column, in order."""
        return tuple(self.columns.values())

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns that are not the key."""
        return tuple(c for c in self.columns if c not in self.key)


_KINDS: dict[type[fields.Field[Any]], str] = {
    fields.CharField: "text",
    fields.TextField: "text",
    fields.BigIntField: "integer",
    fields.BinaryField: "bytes",
}


def table_of(model: type[Model]) -> Table:
    """The table that a model describes."""
    meta = model._meta
    columns = {name: _KINDS[type(field)] for name, field in meta.fields_map.items()}
    return Table(meta.db_table, columns, tuple(meta.unique_together[0]))


@dataclass(frozen=True, slots=True)
class Rows:
    """A set of rows as SQL that may stand wherever a SELECT may."""

    sql: str
    arguments: list[Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One database's own ways."""

    name: str
    types: Mapping[str, str]
    """What each kind of column is called when a table is made."""
    table_options: str
    rows: Callable[[Sequence[str], Sequence[Row]], Rows]
    chunk: int
    """Most rows in one statement."""
    share_lock: str
    """Follows a SELECT whose rows must stay as they are until the transaction ends."""
    lock: str | None
    """Takes a lock by number until the transaction ends; None where only one transaction writes at a time."""
    finished: Callable[[str], str]
    """Turns `?` into what the driver wants."""
    overflowed: Callable[[BaseException], bool]
    """Whether an error says that a number did not fit into its column."""


def increments(table: Table, rows: Rows, own: dict[str, str]) -> str:
    """Insert rows, or add their numbers to those that are there; `own` has the columns that are added another way."""
    sums = {c: f"{table.name}.{c} + excluded.{c}" for c in table.numbers} | own
    updates = ", ".join(f"{column} = {value}" for column, value in sums.items())
    return (
        f"INSERT INTO {table.name} ({', '.join(table.columns)}) {rows.sql} "
        f"ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {updates}"
    )


def carried(table: Table, high: str, low: str) -> dict[str, str]:
    """How two limbs are added: what passes the low one goes to the high one."""
    low_sum = f"{table.name}.{low} + excluded.{low}"
    return {
        high: f"{table.name}.{high} + excluded.{high} + (({low_sum}) >> {LIMB_BITS})",
        low: f"({low_sum}) & {2**LIMB_BITS - 1}",
    }


def limbs(number: int) -> tuple[int, int]:
    """A number of any size and sign as (high, low)."""
    return number >> LIMB_BITS, number & (2**LIMB_BITS - 1)


def _sqlite_rows(kinds: Sequence[str], rows: Sequence[Row]) -> Rows:
    one = "(" + ",".join("?" * len(kinds)) + ")"
    return Rows("VALUES " + ",".join([one] * len(rows)), list(itertools.chain.from_iterable(rows)))


_ARRAYS = {"text": "?::text[]", "integer": "?::bigint[]", "bytes": "?::bytea[]"}


def _postgres_rows(kinds: Sequence[str], rows: Sequence[Row]) -> Rows:
    # One array a column: the statement stays the same for any number of rows, so it is prepared once.
    arrays = ", ".join(_ARRAYS[kind] for kind in kinds)
    columns = [list(column) for column in zip(*rows, strict=True)]
    return Rows(f"SELECT * FROM unnest({arrays})", columns)  # noqa: S608 - holds nothing but types


def _numbered(sql: str) -> str:
    count: Iterator[int] = itertools.count(1)
    head, *rest = sql.split("?")
    return head + "".join(f"${next(count)}{part}" for part in rest)


def _causes(error: BaseException) -> tuple[object, ...]:
    # Tortoise wraps the driver's error, and hands it on as its own argument.
    return (error, error.__cause__, *error.args)


def _sqlite_overflowed(error: BaseException) -> bool:
    # In a STRICT table a sum that does not fit has become REAL, which an INTEGER column refuses.
    refused = any(isinstance(e, sqlite3.IntegrityError) for e in _causes(error))
    return refused and "cannot store REAL" in str(error)


_OUT_OF_RANGE = "22003"
"""PostgreSQL's code for a number that its column cannot hold."""


def _postgres_overflowed(error: BaseException) -> bool:
    return any(getattr(e, "sqlstate", None) == _OUT_OF_RANGE for e in _causes(error))


SQLITE = Dialect(
    name="sqlite",
    types={"text": "TEXT NOT NULL", "integer": "INTEGER NOT NULL", "bytes": "BLOB NOT NULL"},
    table_options="STRICT, WITHOUT ROWID",
    rows=_sqlite_rows,
    chunk=500,
    share_lock="",
    lock=None,
    finished=str,
    overflowed=_sqlite_overflowed,
)

POSTGRES = Dialect(
    name="postgres",
    # "C" compares bytes: the same order as SQLite's, whatever the server's locale.
    types={"text": 'text COLLATE "C" NOT NULL', "integer": "bigint NOT NULL", "bytes": "bytea NOT NULL"},
    table_options="WITH (fillfactor = 80)",
    rows=_postgres_rows,
    chunk=5_000,
    share_lock=" FOR SHARE",
    lock="SELECT pg_advisory_xact_lock(?)",
    finished=_numbered,
    overflowed=_postgres_overflowed,
)
