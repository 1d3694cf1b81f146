"""The aggregator's database, with Tortoise's own SQLite client on a connection that any statement may be the last of.

A Tortoise engine by its module's name: SQLite runs in this thread, so that the order of everything is the world's. May
not know what is counted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tortoise.backends.sqlite.client import SqliteClient
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from ingest_grpc.aggregator.dialect import SQLITE
from ingest_grpc.aggregator.migrations import migrate
from ingest_grpc.aggregator.store import READER, WRITER, Store
from tests.simulation.process import Happenings, Process

_PLACES: dict[str, Place] = {}
"""By the name under which Tortoise is told of them."""


@dataclass
class Database:
    """A file that outlives its processes, and what is wrong with it."""

    path: Path
    happenings: Happenings
    after_commit: Callable[[], None] = lambda: None
    slow_s: float = 0.0
    is_full: bool = False
    backups: list[tuple[int, bytes]] = field(default_factory=list)
    """When, and what."""

    def back_up(self, now_ms: int) -> None:
        """Keep what is committed, once there is anything."""
        if not self.ask("SELECT name FROM sqlite_master WHERE name = 'counts_quarantine'"):
            return
        with closing(sqlite3.connect(self.path)) as database:
            self.backups.append((now_ms, database.serialize()))

    def restore(self, backup: bytes) -> None:
        """Go back to a backup; nobody may have the file open."""
        for path in self.path.parent.glob(self.path.name + "*"):
            path.unlink()
        with closing(sqlite3.connect(":memory:")) as kept:
            # A copy of a database in WAL mode cannot be read from memory.
            kept.deserialize(backup[:18] + b"\x01\x01" + backup[20:])
            with closing(sqlite3.connect(self.path)) as database:
                kept.backup(database)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """What is committed, for whoever looks at the world from outside."""
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchall()


@dataclass
class Place:
    """Where one process finds a database."""

    database: Database
    process: Process
    connections: list[sqlite3.Connection] = field(default_factory=list)

    def abandon(self) -> None:
        """What is not committed is gone."""
        for connection in self.connections:
            connection.close()


class Connection:
    """As much of aiosqlite's as Tortoise uses."""

    def __init__(self, place: Place) -> None:
        self._place = place
        # Nobody else can let go of a lock while this thread waits for it: it is busy at once.
        self._conn = sqlite3.connect(place.database.path, timeout=0, isolation_level=None)
        self._conn.row_factory = sqlite3.Row
        self._conn.execute("PRAGMA journal_mode = WAL")
        self._conn.execute("PRAGMA synchronous = OFF")
        place.connections.append(self._conn)

    @property
    def total_changes(self) -> int:
        """As SQLite's."""
        return self._conn.total_changes

    async def execute(self, sql: str, values: Sequence[object] | None = None) -> sqlite3.Cursor:
        """As aiosqlite's."""
        await self._said(sql)
        return self._conn.execute(sql, values or ())

    async def execute_fetchall(self, sql: str, values: Sequence[object] | None = None) -> list[sqlite3.Row]:
        """As aiosqlite's."""
        await self._said(sql)
        return self._conn.execute(sql, values or ()).fetchall()

    async def executemany(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """As aiosqlite's."""
        await self._said(sql)
        self._conn.executemany(sql, values)

    async def commit(self) -> None:
        """Commit; the process may not live to hear of it."""
        place = self._place
        await place.process.call()
        wrote = self._conn.in_transaction
        self._conn.commit()
        if wrote:
            place.database.after_commit()
            if place.process.dies_after_commit:
                place.database.happenings.note("killed between commit and answer")
                place.process.kill()
        await place.process.call()

    async def rollback(self) -> None:
        """Roll back."""
        await self._place.process.call()
        self._conn.rollback()

    async def close(self) -> None:
        """Close."""
        self._conn.close()

    async def _said(self, sql: str) -> None:
        database, process = self._place.database, self._place.process
        await process.call()
        if database.slow_s:
            await process.pause(database.slow_s)
        if database.is_full and sql.lstrip().startswith(("INSERT", "WITH")):
            database.happenings.note("database full")
            raise sqlite3.OperationalError("database or disk is full")


class SimulatedClient(SqliteClient):
    """Tortoise's, with another way to connect."""

    async def create_connection(self, with_db: bool) -> None:
        """Connect to the place that the file's name stands for."""
        if self._connection is None:
            self._connection = Connection(_PLACES[self.filename])  # type: ignore[assignment]
            await self._post_connect()


client_class = SimulatedClient


async def open_place(place: Place) -> Store:
    """The real store, on a simulated place."""
    name = f"{place.database.path}#{place.process.name}"
    _PLACES[name] = place
    info = {"engine": __name__, "credentials": {"file_path": name}}
    context = TortoiseContext()
    context.connections._init_config({WRITER: info, READER: info})
    with context:
        async with in_transaction(WRITER) as client:
            await migrate(client, SQLITE)
        await context.connections.get(READER).execute_query("SELECT 1")
    return Store(context, SQLITE)


def close_places() -> None:
    """Let go of every file."""
    for place in _PLACES.values():
        place.abandon()
    _PLACES.clear()
