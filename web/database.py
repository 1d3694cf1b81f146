"""The web's database: every piece of work in a task of its own, which nobody cancels.

Were a task cancelled while a transaction begins (a browser that goes away is enough), Tortoise would keep its
connection for ever. So work is done behind a shield, and whoever asked may leave. May not know what is stored.
"""

from __future__ import annotations

import asyncio
import contextvars
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any, TypeVar

import asyncpg  # type: ignore[import-untyped]
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.transactions import in_transaction

from web.migrations import migrate

MODELS = "web.models"

DEADLINE_S = 10.0
"""Longest that anybody waits for the database."""

WAL_TRIES = 100
WAL_PAUSE_S = 0.05

_AT_ONCE = 200
"""Pieces of work under way; above it the database is behind and more would only wait in vain."""

_BROKEN = (BaseORMException, asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error, OSError, TimeoutError)
"""What a database that is away, full, locked or ill raises."""

T = TypeVar("T")
Work = Callable[[BaseDBAsyncClient], Awaitable[T]]


class UnavailableError(Exception):
    """The database did not answer. Work that was to be written may or may not have been."""


class Database:
    """An open database. `open_database` makes one; whoever opened it closes it."""

    def __init__(self, context: TortoiseContext, connection: str) -> None:
        self._context = context
        self._connection = connection
        # Tasks that begin in this context find the connections without a global.
        self._scope = contextvars.copy_context()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = False

    async def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction; its first statement must write, so that SQLite locks at once.

        Raises UnavailableError.
        """

        async def transaction() -> T:
            async with in_transaction(self._connection) as client:
                return await work(client)

        return await self._run(transaction)

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which only reads. Raises UnavailableError."""

        async def reading() -> T:
            return await work(self._context.db(self._connection))

        return await self._run(reading)

    async def close(self) -> None:
        """Let what is under way finish, then close every connection."""
        self._closing = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DEADLINE_S)
        await self._context.close_connections()

    async def _run(self, work: Callable[[], Awaitable[T]]) -> T:
        if self._closing:
            raise UnavailableError("the database is being closed")
        if len(self._tasks) >= _AT_ONCE:
            raise UnavailableError("the database is behind")
        task = asyncio.get_running_loop().create_task(_awaited(work), context=self._scope.copy())
        self._tasks.add(task)
        task.add_done_callback(self._finish)
        try:
            return await asyncio.wait_for(asyncio.shield(task), DEADLINE_S)
        except _BROKEN as error:
            raise UnavailableError(f"the database does not answer: {error}") from error

    def _finish(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may have left; an exception that nobody fetches would be logged at exit


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


async def open_database(url: str) -> Database:
    """Open `sqlite:///ABSOLUTE/PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME` and bring its tables up to date.

    Raises ValueError for another kind of URL, UnavailableError where the database does not open.
    """
    connection, settings = _connection(url)
    config = {
        "connections": {connection: settings},
        "apps": {"web": {"models": [MODELS], "default_connection": connection}},
    }
    context = TortoiseContext()
    try:
        if "file_path" in settings["credentials"]:
            await asyncio.to_thread(_make_file, settings["credentials"]["file_path"])
        with context:
            await context.init(config=config)
            async with in_transaction(connection) as client:
                await migrate(client)
            return Database(context, connection)
    except BaseException as error:
        await context.close_connections()
        if isinstance(error, _BROKEN):
            raise UnavailableError(f"the database cannot be opened: {error}") from error
        raise


def _make_file(path: str) -> None:
    """See that the file can be opened, and turn it to WAL. Raises sqlite3.Error.

    A path that cannot be opened would leave aiosqlite's thread behind. And the turn does not wait for others that do
    the same, as statements do: of several processes that open a new file at once, all but one hear that it is locked.
    """
    for tries_left in reversed(range(WAL_TRIES)):
        try:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or not tries_left:
                raise
            time.sleep(WAL_PAUSE_S)


def _connection(url: str) -> tuple[str, dict[str, Any]]:
    """The connection's name and settings. Tortoise caches statements by that name, so each dialect has its own."""
    scheme, _, rest = url.partition("://")
    match scheme:
        case "sqlite" if rest:
            pragmas = {"busy_timeout": 5_000, "journal_mode": "WAL", "synchronous": "FULL"}
            return "control", {"engine": "tortoise.backends.sqlite", "credentials": {"file_path": rest, **pragmas}}
        case "postgres" | "postgresql":
            pool = {"minsize": 1, "maxsize": 8, "command_timeout": DEADLINE_S, "timeout": DEADLINE_S}
            credentials = {**expand_db_url(url)["credentials"], **pool}
            return "control_postgres", {"engine": "tortoise.backends.asyncpg", "credentials": credentials}
        case _:
            raise ValueError(f"the web needs sqlite:///PATH or postgres://HOST/NAME, not {scheme}://")
