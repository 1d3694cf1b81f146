"""The history of the tables, and bringing a database to its end: all missing steps in one transaction.

Steps only ever add, so that an older process can go on beside a newer one. May not know what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.backends.base.client import BaseDBAsyncClient

from ingest_grpc.aggregator.dialect import Dialect

Step = Sequence[str]
"""Statements. {text}, {integer} and {bytes} stand for types, {options} for what follows a table."""

_LOCK = 0x1EADB
"""Any number, so long as it stays the same: two processes that start at once must ask for the same lock."""

_WRITE = "PRAGMA user_version = 1"
"""A write before the first read: for that SQLite waits, while a reader who turns writer is refused at once."""

_CELLS: Step = (
    """CREATE TABLE counts_watermark (
         relay {text}, epoch {bytes}, sequence {integer}, hash {bytes}, committed_ms {integer},
         PRIMARY KEY (relay, epoch)
       ) {options}""",
    """CREATE TABLE counts_period (id {integer}, current {integer}, PRIMARY KEY (id)) {options}""",
    """INSERT INTO counts_period (id, current) VALUES (1, 0)""",
    """CREATE TABLE counts_nonce (
         period {integer}, site {text}, nonce {bytes},
         PRIMARY KEY (period, site, nonce)
       ) {options}""",
    """CREATE TABLE counts_cell (
         site {text}, dimension {text}, day {integer}, what {text}, value {text},
         n {integer}, conversions {integer}, total {integer}, squares_high {integer}, squares_low {integer},
         PRIMARY KEY (site, dimension, day, what, value)
       ) {options}""",
    """CREATE TABLE counts_book (
         site {text}, hour {integer}, accepted {integer}, counted {integer}, duplicate {integer}, rejected {integer},
         quarantined {integer}, declared_lost {integer},
         PRIMARY KEY (site, hour)
       ) {options}""",
    """CREATE TABLE counts_quarantine (
         relay {text}, epoch {bytes}, sequence {integer}, reason {text}, sealed_ms {integer}, beacons {integer},
         payload {bytes},
         PRIMARY KEY (relay, epoch, sequence)
       ) {options}""",
)

_SPANS: Step = (
    """CREATE TABLE counts_span (
         site {text}, length {integer}, first_day {integer}, dimension {text}, value {text}, n {integer},
         PRIMARY KEY (site, length, first_day, dimension, value)
       ) {options}""",
)

STEPS: tuple[Step, ...] = (_CELLS, _SPANS)


async def migrate(client: BaseDBAsyncClient, dialect: Dialect, steps: Sequence[Step] = STEPS) -> None:
    """Take the steps that this database has not taken; `client` is in a transaction.

    A process that dies half-way leaves nothing of it behind; of two that start at once, one waits for the other.
    A database with more steps than these was migrated by a newer version, and is left as it is.
    """
    if dialect.lock is not None:
        await client.execute_query(dialect.finished(dialect.lock), [_LOCK])
    else:
        await client.execute_query(_WRITE)
    await client.execute_query(
        "CREATE TABLE IF NOT EXISTS counts_schema (id bigint PRIMARY KEY, steps bigint NOT NULL)"
    )
    await client.execute_query("INSERT INTO counts_schema (id, steps) VALUES (1, 0) ON CONFLICT DO NOTHING")
    taken = (await client.execute_query_dict("SELECT steps FROM counts_schema"))[0]["steps"]
    for step in steps[taken:]:
        for statement in step:
            await client.execute_query(statement.format(**dialect.types, options=dialect.table_options))
    if taken < len(steps):
        await client.execute_query(dialect.finished("UPDATE counts_schema SET steps = ?"), [len(steps)])
