"""A visit in words, as a finding names it.

May not know why the visit is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.condition import Field, Subject
from domain.visits import Visit, value_of

_IN_THE_URL = ("scheme", "host", "path", "query")
_OF_THE_TIME = ("hour", "weekday")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def visit_in_words(visit: Visit, asked: Iterable[str], now: str) -> str:
    """Its address, then what else makes a difference; `now` is its time where that does, else empty."""
    undated = (subject for subject in asked if not (now and subject in _OF_THE_TIME))
    more = [*_details(visit, undated), *([f"at {now}"] if now else [])]
    return f"{visit.url} ({', '.join(more)})" if more else visit.url


def visit_in_pairs(visit: Visit, now: str) -> tuple[tuple[str, str | int], ...]:
    """Everything about it, cookies and the data layer under the names that conditions give them."""
    plain = ((name, getattr(visit, name)) for name in _PLAIN)
    cookies = ((f"cookie.{name}", value) for name, value in sorted(visit.cookies.items()))
    data = ((f"data.{name}", value) for name, value in sorted(visit.data.items()))
    return (*plain, ("now", now), *cookies, *data)


_PLAIN = (
    "url", "device", "country", "platform", "browser", "language", "channel", "visitor", "referrer", "width", "hour",
    "weekday",
)  # fmt: skip


def _details(visit: Visit, asked: Iterable[str]) -> Iterator[str]:
    for subject in asked:
        field, _, name = subject.partition(".")
        if field in _IN_THE_URL:
            continue
        value = value_of(Subject(Field(field), name), visit)
        match field:
            case "weekday":
                yield f"on a {_DAYS[visit.weekday - 1]}"
            case "hour":
                yield f"in the hour from {visit.hour}:00"
            case "width":
                yield f"{visit.width} pixels wide"
            case _ if value is None:
                yield f"no {subject}"
            case _:
                yield f"{subject} {value}" if value else f"any other {subject}"
