"""One transaction, statement by statement: what a commit may say to the database.

May not know in which order a commit says it, or why.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import add
from typing import TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import BaseORMException

from domain.names import SiteKey
from domain.report import Days
from domain.tally import ORIGINS_AND_PAGE, TOTAL, Cell, Sums
from ingest_grpc.aggregator import models, span_rows
from ingest_grpc.aggregator.books import NO_BOOK, UNKNOWN_SITE, Book, Books
from ingest_grpc.aggregator.constants import LIVE_PERIODS
from ingest_grpc.aggregator.dialect import Dialect, Row, Rows, carried, increments, limbs, table_of
from ingest_grpc.aggregator.spans import Span, closed, cover, due, is_late, spans_around
from ingest_grpc.wire.frame import Epoch, Frame, Watermark

NonceKey = tuple[SiteKey, bytes]
"""A beacon's nonce counts within its site: no site can spoil another's."""

CELL = table_of(models.Cell)
SPAN = table_of(models.Span)
BOOK = table_of(models.Book)
QUARANTINE = table_of(models.Quarantine)

EVENT = "event/"

YEARS = "years"
"""The dimension under which whole years are kept, by their first day."""

_SPAN_KEY = "CAST(? AS text), CAST(? AS bigint), CAST(? AS bigint)"

_SINGLE_HOURS = "FROM counts_book WHERE site IN (?, ?) AND hour < ? AND hour % 24 <> 0"
_BOOK_DAYS_AT_ONCE = 31

_FITS = range(-(2**63), 2**63)
_LIMBS = carried(CELL, "squares_high", "squares_low")

T = TypeVar("T")


class UnstorableError(Exception):
    """A count would no longer fit its column. Nothing of the transaction remains."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """What may be said within one transaction. The first thing said must write, so that SQLite locks at once."""

    client: BaseDBAsyncClient
    dialect: Dialect

    async def advance(self, epoch: Epoch, before: Watermark, after: Watermark, now_ms: int) -> bool:
        """Move a watermark; False where it does not stand at `before`."""
        sql = """UPDATE counts_watermark SET sequence = ?, hash = ?, committed_ms = ?
                 WHERE relay = ? AND epoch = ? AND sequence = ? AND hash = ?"""
        now = (after.sequence, after.hash, now_ms)
        moved, _ = await self._execute(sql, *now, epoch.relay, epoch.id, before.sequence, before.hash)
        return moved == 1

    async def begin_epoch(self, epoch: Epoch, after: Watermark, now_ms: int) -> bool:
        """Set an epoch's first watermark; False where it has one."""
        sql = """INSERT INTO counts_watermark (relay, epoch, sequence, hash, committed_ms) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT DO NOTHING RETURNING sequence"""
        return bool(await self._fetch(sql, epoch.relay, epoch.id, after.sequence, after.hash, now_ms))

    async def watermark(self, epoch: Epoch) -> Watermark | None:
        """Where an epoch stands; None where nothing of it was ever committed."""
        sql = "SELECT sequence, hash FROM counts_watermark WHERE relay = ? AND epoch = ?"
        rows = await self._fetch(sql, epoch.relay, epoch.id)
        return Watermark(*rows[0]) if rows else None

    async def period(self, wanted: int) -> int:
        """The period that nonces are written to; moves on to `wanted`, never back.

        Every aggregator writes to the same one at the same time: a repeat is found by the key of the table only within
        one period, so it may not change while a transaction that relies on it is under way.
        """
        await self._execute("UPDATE counts_period SET current = ? WHERE id = 1 AND current < ?", wanted, wanted)
        sql = "SELECT current FROM counts_period WHERE id = 1"
        rows = await self._fetch(sql + self.dialect.share_lock)
        return int(rows[0][0])

    async def claim(self, nonces: Iterable[NonceKey], period: int) -> set[NonceKey]:
        """Remember nonces; returns those that were not remembered before."""
        earlier = [period - age for age in range(1, LIVE_PERIODS)]
        found: set[NonceKey] = set()
        # In order, so that two aggregators that hold the same beacons wait for each other instead of locking up.
        for chunk in chunks(sorted(nonces), self.dialect.chunk):
            rows = self.dialect.rows(("text", "bytes"), chunk)
            # Not NOT EXISTS: PostgreSQL would turn it into a join, and read a whole period to find a few nonces.
            sql = f"""WITH wanted (site, nonce) AS ({rows.sql})
                      INSERT INTO counts_nonce (period, site, nonce)
                      SELECT CAST(? AS bigint), site, nonce FROM wanted WHERE (
                          SELECT 1 FROM counts_nonce AS old WHERE old.period IN ({", ".join("?" * len(earlier))})
                          AND old.site = wanted.site AND old.nonce = wanted.nonce LIMIT 1) IS NULL
                      ON CONFLICT DO NOTHING RETURNING site, nonce"""  # noqa: S608 - placeholders only
            new = await self._fetch(sql, *rows.arguments, period, *earlier)
            found.update((SiteKey(site), nonce) for site, nonce in new)
        return found

    async def forget_nonces(self, period: int, limit: int) -> int:
        """Drop nonces of periods that are too old to matter in `period`, at most `limit`; returns how many."""
        # Found first and dropped by their keys: either database would otherwise read a whole period for a few of them.
        found = "SELECT period, site, nonce FROM counts_nonce WHERE period <= ? ORDER BY period, site, nonce LIMIT ?"
        old = await self._fetch(found, period - LIVE_PERIODS, limit)
        dropped = self.dialect.finished("DELETE FROM counts_nonce WHERE period = ? AND site = ? AND nonce = ?")
        await self.client.execute_many(dropped, [list(key) for key in old])
        return len(old)

    async def forget_epochs(self, before_ms: int) -> None:
        """Drop the watermarks of epochs that have been silent since `before_ms`."""
        await self._execute("DELETE FROM counts_watermark WHERE committed_ms < ?", before_ms)

    async def next_site(self, after: str) -> SiteKey | None:
        """The first site with cells whose key is greater."""
        (site,) = (await self._fetch("SELECT min(site) AS site FROM counts_cell WHERE site > ?", after))[0]
        return None if site is None else SiteKey(site)

    async def oldest(self, site: SiteKey, before_hour: int) -> tuple[int, int | None]:
        """The first day on which a site has cells, years left out, and the first hour of books that is due to be a day.

        Books of beacons that could not be read are looked at with every site's.
        """
        sql = f"""SELECT (SELECT coalesce(min(day), 1000000) FROM counts_cell WHERE site = ? AND dimension = ?) AS day,
                         (SELECT min(hour) {_SINGLE_HOURS}) AS hour"""  # noqa: S608 - our own words only
        return (await self._fetch(sql, site, TOTAL, site, UNKNOWN_SITE, before_hour))[0]

    async def roll_up(self, site: SiteKey, day: int, year_day: int) -> None:
        """Add a day's totals to those of its year, and drop the day."""
        await self._take_from_spans(site, day)
        numbers = ", ".join(CELL.numbers)
        totals = f"""SELECT site, CAST(? AS text), CAST(? AS bigint), what, value, {numbers} FROM counts_cell
                     WHERE site = ? AND dimension = ? AND day = ?"""  # noqa: S608 - column names only
        await self._execute(increments(CELL, Rows(totals, []), _LIMBS), YEARS, year_day, site, TOTAL, day)
        for dimension in (TOTAL, *ORIGINS_AND_PAGE):
            sql = "DELETE FROM counts_cell WHERE site = ? AND dimension = ? AND day = ?"
            await self._execute(sql, site, dimension, day)

    async def roll_span(self, site: SiteKey, oldest: int, today: int) -> bool:
        """Add up the next of a site's spans that are over; False where all of them are."""
        # A site that is new has no span that is over: the database is not asked.
        over = tuple(closed(oldest, today))
        if not over or due(oldest, today, await self._rolled(site, over)) is None:
            return False
        await self._lock(f"{site}/spans")
        rolled = await self._rolled(site, over)  # again: another aggregator may have been there until now
        if (span := due(oldest, today, rolled)) is not None:
            views = span_rows.views(site, cover(Days(span.first, span.end - 1), rolled))
            parts = f"SELECT {_SPAN_KEY}, dimension, value, n FROM ({views.sql}) AS views WHERE true"  # noqa: S608
            await self._execute(increments(SPAN, Rows(parts, []), {}), site, *span, *views.arguments)
            mark = self.dialect.rows(SPAN.kinds, [(site, *span, span_rows.MARK, "", 0)])
            await self._execute(increments(SPAN, mark, {}), *mark.arguments)
        return True

    async def add_late(self, cells: Iterable[tuple[Cell, Sums]], today: int) -> None:
        """Add page views of days that are long over to spans too, where these were added up."""
        late: dict[SiteKey, list[tuple[Cell, int]]] = {}
        for cell, sums in cells:
            if cell.what == "views" and cell.dimension != TOTAL and is_late(cell.day, today):
                late.setdefault(cell.site, []).append((cell, sums.n))
        for site in sorted(late):
            await self._lock(f"{site}/spans")
            rolled = await self._rolled(site, {span for cell, _ in late[site] for span in spans_around(cell.day)})
            numbers: Counter[tuple[str, int, int, str, str]] = Counter()
            for cell, n in late[site]:
                for span in rolled.intersection(spans_around(cell.day)):
                    numbers[(site, *span, cell.dimension, cell.value)] += n
            for chunk in chunks(sorted((*key, n) for key, n in numbers.items()), self.dialect.chunk):
                part = self.dialect.rows(SPAN.kinds, chunk)
                await self._execute(increments(SPAN, part, {}), *part.arguments)

    async def _take_from_spans(self, site: SiteKey, day: int) -> None:
        """Before a day is dropped: a span is the sum of those of its days that are there."""
        await self._lock(f"{site}/spans")
        for span in await self._rolled(site, spans_around(day)):
            views = span_rows.views(site, cover(Days(day, day), frozenset()))
            parts = f"SELECT {_SPAN_KEY}, dimension, value, -n FROM ({views.sql}) AS views WHERE true"  # noqa: S608
            await self._execute(increments(SPAN, Rows(parts, []), {}), site, *span, *views.arguments)
            empty = "DELETE FROM counts_span WHERE site = ? AND length = ? AND first_day = ?"
            await self._execute(f"{empty} AND dimension <> '' AND n = 0", site, *span)
        await self._execute("DELETE FROM counts_span WHERE site = ? AND first_day + length <= ?", site, day)

    async def _rolled(self, site: SiteKey, spans: Collection[Span]) -> frozenset[Span]:
        marks = span_rows.marks(site, spans)
        return span_rows.marked(await self._fetch(marks.sql, *marks.arguments)).intersection(spans)

    async def lock_names(self, site: SiteKey, day: int, kind: str) -> None:
        """Until the transaction ends, nobody else gives new names of this kind to this site and day."""
        await self._lock(f"{site}/{day}/{kind}")

    async def _lock(self, name: str) -> None:
        if self.dialect.lock is not None:
            digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
            await self._fetch(self.dialect.lock, int.from_bytes(digest, "big", signed=True))

    async def values(self, site: SiteKey, day: int, dimension: str) -> set[str]:
        """The values of a dimension that a site has on a day."""
        sql = "SELECT DISTINCT value FROM counts_cell WHERE site = ? AND dimension = ? AND day = ?"
        return {value for (value,) in await self._fetch(sql, site, dimension, day)}

    async def events(self, site: SiteKey, day: int) -> set[str]:
        """The names of events that a site has on a day."""
        sql = """SELECT what FROM counts_cell
                 WHERE site = ? AND dimension = ? AND day = ? AND what >= 'event/' AND what < 'event0'"""
        return {what.removeprefix(EVENT) for (what,) in await self._fetch(sql, site, TOTAL, day)}

    async def add_cells(self, cells: Iterable[tuple[Cell, Sums]]) -> None:
        """Add to cells. Raises UnstorableError."""
        rows = sorted(_cell_row(cell, sums) for cell, sums in cells)
        if any(number not in _FITS for row in rows for number in row[len(CELL.key) :]):
            raise UnstorableError
        for chunk in chunks(rows, self.dialect.chunk):
            part = self.dialect.rows(CELL.kinds, chunk)
            try:
                await self._execute(increments(CELL, part, _LIMBS), *part.arguments)
            except BaseORMException as error:
                if self.dialect.overflowed(error):
                    raise UnstorableError from error
                raise

    async def add_books(self, books: Books) -> None:
        """Add to the books."""
        rows = sorted((site, hour, *book) for (site, hour), book in books.items())
        for chunk in chunks(rows, self.dialect.chunk):
            part = self.dialect.rows(BOOK.kinds, chunk)
            await self._execute(increments(BOOK, part, {}), *part.arguments)

    async def roll_books(self, site: SiteKey, first_hour: int, before_hour: int) -> None:
        """Turn hours of a site's books, and of those that could not be read, into days; a month of them at once."""
        end = min(before_hour, (first_hour // 24 + _BOOK_DAYS_AT_ONCE) * 24)
        # What is dropped is what is added: an hour that another aggregator adds to meanwhile is waited for.
        dropped = f"DELETE {_SINGLE_HOURS} RETURNING site, hour, {', '.join(BOOK.numbers)}"
        days: dict[tuple[SiteKey, int], Book] = {}
        for of, hour, *numbers in await self._fetch(dropped, site, UNKNOWN_SITE, end):
            key = (of, hour - hour % 24)
            days[key] = Book(*map(add, days.get(key, NO_BOOK), numbers))
        await self.add_books(days)

    async def quarantined(self) -> int:
        """How many frames are set aside."""
        return int((await self._fetch("SELECT count(*) FROM counts_quarantine"))[0][0])

    async def set_aside(self, epoch: Epoch, frame: Frame, reason: str) -> None:
        """Keep a frame for a person."""
        row = (epoch.relay, epoch.id, frame.sequence, reason, frame.sealed_ms, frame.beacons, frame.payload or b"")
        part = self.dialect.rows(QUARANTINE.kinds, [row])
        await self._execute(f"INSERT INTO counts_quarantine {part.sql} ON CONFLICT DO NOTHING", *part.arguments)

    async def _execute(self, sql: str, *arguments: object) -> tuple[int, Sequence[object]]:
        return await self.client.execute_query(self.dialect.finished(sql), list(arguments))

    async def _fetch(self, sql: str, *arguments: object) -> list[Row]:
        rows = await self.client.execute_query_dict(self.dialect.finished(sql), list(arguments))
        return [tuple(row.values()) for row in rows]


def chunks(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Rows in pieces of at most `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _cell_row(cell: Cell, sums: Sums) -> Row:
    place = (cell.site, cell.dimension, cell.day, cell.what, cell.value)
    return (*place, sums.n, sums.conversions, sums.total, *limbs(sums.squares))
