"""What is done to days that are over, a little with each commit.

Spans of them are added up for long reports, hours of the books become days; of days that are too old, the totals are
added to their year's, and the days themselves are dropped.

May not know how cells are stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from domain.names import SiteKey
from ingest_grpc.aggregator.constants import BOOK_DAYS, DAY_MS

_EPOCH = date(1970, 1, 1)


class OldDays(Protocol):
    """What must be said to the database, within the transaction of a commit."""

    async def next_site(self, after: str) -> SiteKey | None:
        """The first site with cells whose key is greater."""
        ...

    async def oldest(self, site: SiteKey, before_hour: int) -> tuple[int, int | None]:
        """The first day on which a site has cells, and the first hour of books that is due to be a day."""
        ...

    async def roll_up(self, site: SiteKey, day: int, year_day: int) -> None:
        """Add a day's totals to those of its year, and drop the day."""
        ...

    async def roll_books(self, site: SiteKey, first_hour: int, before_hour: int) -> None:
        """Turn hours of a site's books into days, a month of them from the first."""
        ...

    async def roll_span(self, site: SiteKey, oldest: int, today: int) -> bool:
        """Add up the next of a site's spans that are over; False where all of them are."""
        ...


@dataclass(slots=True)
class Retention:
    """Walks through all sites once a day; with each commit it looks at one, and rolls up one thing of it at most."""

    keep_days: int
    _done_on: int = -1
    _begun_on: int = -1
    _after: str = ""

    async def roll_up_some(self, counts: OldDays, now_ms: int) -> None:
        """Do a little of what is due. Where the transaction fails, the day is found again tomorrow."""
        today = now_ms // DAY_MS
        if self._done_on == today:
            return
        site = await counts.next_site(self._after)
        if site is None:
            # A walk that was begun on another day has not seen today's sites from the first one on.
            self._done_on, self._begun_on, self._after = self._begun_on, today, ""
            return
        before_hour = (today - BOOK_DAYS) * 24
        oldest, hour = await counts.oldest(site, before_hour)
        if oldest < today - self.keep_days:
            await counts.roll_up(site, oldest, year_day(oldest))
        elif hour is not None:
            await counts.roll_books(site, hour, before_hour)
        elif not await counts.roll_span(site, oldest, today):
            self._after = site


def year_day(day: int) -> int:
    """The first day of a day's year."""
    when = _EPOCH + timedelta(days=day)
    return (when.replace(month=1, day=1) - _EPOCH).days
