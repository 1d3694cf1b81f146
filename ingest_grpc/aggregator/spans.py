"""Days that are over, added up in spans of eight and of sixty-four: a report over a year reads few rows.

Which spans there are, which are due, and which of them make up a range. May not know how they are stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import NamedTuple

from domain.report import Days

LENGTHS = (64, 8)
"""In days; each a multiple of the next. Spans of a length begin at its multiples, counted from 1970-01-01."""

LATE_DAYS = 2
"""A span that ended so long ago may have been added up: whoever counts into it has to look."""

CLOSED_DAYS = 3
"""A span that ended so long ago is added up: a day more than LATE_DAYS, and clocks of aggregators differ by less."""


class Span(NamedTuple):
    """So many days from the first on."""

    length: int
    first: int

    @property
    def end(self) -> int:
        """The day after its last one."""
        return self.first + self.length


@dataclass(frozen=True, slots=True)
class Cover:
    """Spans and single days that together are a range, each day once."""

    spans: tuple[Span, ...]
    days: tuple[int, ...]


def spans_around(day: int) -> tuple[Span, ...]:
    """The span of each length that holds a day, longest first."""
    return tuple(Span(length, day - day % length) for length in LENGTHS)


def is_late(day: int, today: int) -> bool:
    """Whether a span around a day may have been added up by now."""
    shortest = LENGTHS[-1]  # ends first: each length is a multiple of the next
    return day - day % shortest + shortest <= today - LATE_DAYS


def due(oldest: int, today: int, rolled: Set[Span]) -> Span | None:
    """The span that should be added up next; short ones come before the long one that they make up."""
    return next((span for span in closed(oldest, today) if span not in rolled), None)


def closed(oldest: int, today: int) -> Iterator[Span]:
    """The spans with days from the oldest on that are over, in the order in which they are added up."""
    shortest = LENGTHS[-1]
    for first in range(oldest - oldest % shortest, today, shortest):
        end = first + shortest
        if end > today - CLOSED_DAYS:
            return
        yield from (Span(length, end - length) for length in reversed(LENGTHS) if end % length == 0)


def within(days: Days) -> Iterator[Span]:
    """The spans that lie in a range as a whole."""
    for length in LENGTHS:
        first = days.first + -days.first % length
        yield from (Span(length, day) for day in range(first, days.last + 2 - length, length))


def cover(days: Days, rolled: Set[Span]) -> Cover:
    """A range as the fewest spans that were added up, and the days that are left."""
    spans: list[Span] = []
    left: list[int] = []
    day = days.first
    while day <= days.last:
        span = next((s for s in spans_around(day) if s.first == day and s.end <= days.last + 1 and s in rolled), None)
        if span is None:
            left.append(day)
            day += 1
        else:
            spans.append(span)
            day = span.end
    return Cover(tuple(spans), tuple(left))
