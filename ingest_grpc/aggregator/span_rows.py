"""Page views by dimension over a range of days, as SQL: from spans that were added up, and from days as they are.

One statement reads both, so it sees one state of the database. May not know who asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from domain.names import SiteKey
from domain.tally import ORIGINS_AND_PAGE
from ingest_grpc.aggregator.dialect import Row, Rows
from ingest_grpc.aggregator.spans import Cover, Span

MARK = ""
"""The dimension of the row that says that a span was added up, whatever it holds."""

DIMENSIONS = ", ".join(f"'{dimension}'" for dimension in ORIGINS_AND_PAGE)


def marks(site: SiteKey, spans: Iterable[Span]) -> Rows:
    """Rows of (length, first day): which of these spans were added up, and perhaps others that begin where they do.

    Each is asked for by its key: a busy site has a hundred thousand rows here.
    """
    spans = tuple(spans)
    lengths, firsts = sorted({span.length for span in spans}), sorted({span.first for span in spans})
    sql = f"""SELECT length, first_day FROM counts_span WHERE site = ? AND length IN ({_places(lengths)})
              AND first_day IN ({_places(firsts)}) AND dimension = ? AND value = ''"""  # noqa: S608 - placeholders only
    return Rows(sql, [site, *lengths, *firsts, MARK])


def marked(rows: Iterable[Row]) -> frozenset[Span]:
    """The spans in the rows of `marks`."""
    return frozenset(Span(length, first) for length, first in rows)


def views(site: SiteKey, cover: Cover) -> Rows:
    """Rows of (dimension, value, n), each value once."""
    parts = list(_parts(site, cover))
    pieces = " UNION ALL ".join(part.sql for part in parts)
    sql = f"""SELECT dimension, value, CAST(SUM(n) AS bigint) AS n FROM ({pieces}) AS pieces
              GROUP BY dimension, value"""  # noqa: S608 - our own words only
    return Rows(sql, [argument for part in parts for argument in part.arguments])


def _parts(site: SiteKey, cover: Cover) -> Iterator[Rows]:
    # Every day by its own name, not as a range: the index then leads past all that is not a view.
    sql = f"""SELECT dimension, value, n FROM counts_cell WHERE site = ? AND dimension IN ({DIMENSIONS})
              AND day IN ({_places(cover.days)}) AND what = 'views'"""  # noqa: S608 - our own words only
    yield Rows(sql, [site, *cover.days])
    for length, spans in groupby(sorted(cover.spans), attrgetter("length")):
        firsts = [span.first for span in spans]
        sql = f"""SELECT dimension, value, n FROM counts_span WHERE site = ? AND length = ?
                  AND first_day IN ({_places(firsts)}) AND dimension <> ''"""  # noqa: S608 - placeholders only
        yield Rows(sql, [site, length, *firsts])


def _places(days: Iterable[int]) -> str:
    # A range without single days still needs something to stand in the brackets.
    return ", ".join("?" for _ in days) or "NULL"
