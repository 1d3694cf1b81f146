"""The database of the counts: one writer, one transaction at a time, and reads beside it.

A transaction is never run in the task that asks for it: were that task cancelled while a transaction begins or
ends, Tortoise would keep its connection for ever. The writer task is never cancelled. May not know what is counted.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Generic, TypeVar

import asyncpg  # type: ignore[import-untyped]
import structlog
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.transactions import in_transaction

from ingest_grpc.aggregator.constants import QUEUED_WRITES
from ingest_grpc.aggregator.dialect import POSTGRES, SQLITE, Dialect, Row
from ingest_grpc.aggregator.live import Bell
from ingest_grpc.aggregator.migrations import migrate
from ingest_grpc.aggregator.transaction import Transaction
from ingest_grpc.wire.ports import UnavailableError

WRITER = "counts"
READER = "counts_read"
"""Names of Tortoise connections; the web's is called otherwise, so that one process may hold both."""

MODELS = "ingest_grpc.aggregator.models"

OLDEST_SQLITE = (3, 37)
"""The first with STRICT tables."""

CONNECT_DEADLINE_S = 10.0
READY_DEADLINE_S = 2.0
RECONNECT_DEADLINE_S = 2.0
STATEMENT_DEADLINE_S = 60.0
CLOSE_DEADLINE_S = 10.0

WAL_TRIES = 100
WAL_PAUSE_S = 0.05

_BROKEN = (
    BaseORMException,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    sqlite3.Error,
    OSError,
    TimeoutError,
)
"""What a database that is away, full, locked or ill raises."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class _Job(Generic[T]):
    """A transaction that waits for the writer."""

    def __init__(self, work: Callable[[Transaction], Awaitable[T]]) -> None:
        self.work = work
        self.answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()


class Store:
    """An open database. `open_store` makes one; whoever opened it closes it."""

    def __init__(self, context: TortoiseContext, dialect: Dialect) -> None:
        self.dialect = dialect
        self.live = Bell()
        """Rung after each commit of this process."""
        self._context = context
        self._jobs: asyncio.Queue[_Job[Any] | None] = asyncio.Queue(QUEUED_WRITES)
        self._closing = False
        self._written = True
        self._readers = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._writer = asyncio.create_task(self._write_forever(), name="counts writer")

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in one transaction; what it returns, once committed.

        Raises UnavailableError where that is unknown, or the queue is full, and whatever `work` raises, then nothing
        is committed. A caller that is cancelled stops waiting; a transaction that has begun goes on to its end.
        """
        if self._closing:
            raise UnavailableError("the counts are being closed")
        job = _Job(work)
        try:
            self._jobs.put_nowait(job)
        except asyncio.QueueFull:
            raise UnavailableError("too many transactions are waiting") from None
        return await job.answer

    async def read(self, sql: str, arguments: Sequence[object] = ()) -> list[Row]:
        """The rows of one SELECT, written with `?`. Raises UnavailableError."""
        if self._closing:
            raise UnavailableError("the counts are being closed")
        client = self._context.connections.get(READER)
        try:
            with self._reading():
                _, rows = await client.execute_query(self.dialect.finished(sql), list(arguments))
        except _BROKEN as error:
            raise UnavailableError(f"the counts cannot be read: {error}") from error
        return [tuple(row) for row in rows]

    def waiting(self) -> int:
        """How many transactions wait for the writer."""
        return self._jobs.qsize()

    async def ready(self) -> bool:
        """Whether the database answers, and took the last thing written."""
        try:
            async with asyncio.timeout(READY_DEADLINE_S):
                await self.read("SELECT 1")
        except (UnavailableError, TimeoutError):
            return False
        return self._written

    async def close(self) -> None:
        """Finish what is being written and read, then close every connection."""
        if not self._closing:
            self._closing = True
            self.live.close()
            await self._jobs.put(None)
        quiet = asyncio.create_task(self._quiet.wait())
        _, late = await asyncio.wait({self._writer, quiet}, timeout=CLOSE_DEADLINE_S)
        for task in late:
            task.cancel()
        await self._context.close_connections()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        self._readers += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._readers -= 1
            if not self._readers:
                self._quiet.set()

    async def _write_forever(self) -> None:
        with self._context:
            while (job := await self._jobs.get()) is not None:
                # Nobody waits for it any more: a relay that gave up will ask again.
                if job.answer.cancelled():
                    continue
                # A task each: what a broken transaction leaves in its context goes with it.
                await asyncio.create_task(self._answer(job), name="counts transaction")
                if not self._written:
                    await self._reconnect()

    async def _answer(self, job: _Job[Any]) -> None:
        try:
            async with in_transaction(WRITER) as client:
                answer = await job.work(Transaction(client, self.dialect))
        except _BROKEN as error:
            self._written = False
            _fail(job, UnavailableError(f"the counts cannot be written: {error}"), error)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
            _fail(job, error, error.__cause__)
        else:
            self._written = True
            if not job.answer.done():
                job.answer.set_result(answer)

    async def _reconnect(self) -> None:
        """Give up a connection: a transaction that broke as it began or ended may still hold it, its lock, its rows."""
        client = self._context.connections.discard(WRITER)
        if client is None:
            return
        try:
            async with asyncio.timeout(RECONNECT_DEADLINE_S):
                await client.close()
        except Exception as error:  # noqa: BLE001 - the writer goes on, with a new connection
            _log.warning("a broken connection to the counts could not be closed", error=str(error))


def _fail(job: _Job[Any], error: BaseException, cause: BaseException | None) -> None:
    if not job.answer.done():
        error.__cause__ = cause
        job.answer.set_exception(error)


async def open_store(url: str) -> Store:
    """Open `sqlite:///ABSOLUTE/PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME` and bring its tables up to date.

    Raises ValueError for another kind of URL or an old SQLite, UnavailableError where the database does not open.
    """
    dialect, connections = _connections(url)
    config = {
        "connections": connections,
        "apps": {WRITER: {"models": [MODELS], "default_connection": WRITER}},
    }
    context = TortoiseContext()
    try:
        if dialect is SQLITE:
            await asyncio.to_thread(_make_file, url.removeprefix("sqlite://"))
        with context:
            await context.init(config=config)
            async with in_transaction(WRITER) as client:
                await migrate(client, dialect)
            # Connected here once: a reader that is cancelled while it connects would keep the lock for ever.
            await context.connections.get(READER).execute_query("SELECT 1")
    except BaseException as error:
        await context.close_connections()
        if isinstance(error, _BROKEN):
            raise UnavailableError(f"the counts cannot be opened: {error}") from error
        raise
    return Store(context, dialect)


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


def _connections(url: str) -> tuple[Dialect, dict[str, object]]:
    scheme, _, rest = url.partition("://")
    match scheme:
        case "sqlite" if rest:
            if sqlite3.sqlite_version_info < OLDEST_SQLITE:
                raise ValueError(f"the counts need SQLite 3.37 or newer, not {sqlite3.sqlite_version}")
            return SQLITE, {WRITER: _sqlite(rest), READER: _sqlite(rest, query_only="ON")}
        case "postgres" | "postgresql":
            return POSTGRES, {WRITER: _postgres(url, maxsize=1), READER: _postgres(url, maxsize=4)}
        case _:
            raise ValueError(f"the counts need sqlite:///PATH or postgres://HOST/NAME, not {scheme}://")


def _sqlite(path: str, **more: str) -> dict[str, object]:
    pragmas = {
        "busy_timeout": 5_000,
        "journal_mode": "WAL",
        # NORMAL would lose the last commits to a power cut, after they were acknowledged.
        "synchronous": "FULL",
        "journal_size_limit": 64 * 1024 * 1024,
        "cache_size": -32 * 1024,
    }
    return {"engine": "tortoise.backends.sqlite", "credentials": {"file_path": path, **pragmas, **more}}


def _postgres(url: str, maxsize: int) -> dict[str, object]:
    expanded = expand_db_url(url)
    pool = {"minsize": 1, "maxsize": maxsize, "command_timeout": STATEMENT_DEADLINE_S, "timeout": CONNECT_DEADLINE_S}
    return {"engine": "tortoise.backends.asyncpg", "credentials": {**expanded["credentials"], **pool}}
