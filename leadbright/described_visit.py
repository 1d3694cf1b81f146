"""A visit as somebody describes it in a few words: an address, a device, `hour=9`, `cookie.plan=pro`.

May not know who describes it, or what is decided by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from domain.condition import CLOSED, NAMED, NUMBERS, Field
from domain.visits import Visit

_PAGE = (Field.PATH, Field.HOST)
NOW = "now"


class ImpossibleVisitError(ValueError):
    """What was described cannot be; the message says why."""


def visit_to(url: str, minute: int, timezone: str) -> Visit:
    """A newcomer's visit to a page at a minute since 1970 UTC, with the hour and the weekday that it is at the site.

    Raises ImpossibleVisitError.
    """
    try:
        urlsplit(url)
    except ValueError:
        raise ImpossibleVisitError(f'"{url}" is not the address of a page') from None
    local = datetime.fromtimestamp(minute * 60, ZoneInfo(timezone))
    return Visit(as_browsers_write_it(url), hour=local.hour, weekday=local.isoweekday(), now=minute)


def as_browsers_write_it(url: str) -> str:
    """What is not ASCII percent-encoded, as the browser's own address is; a bare host gets its slash."""
    written = quote(url, safe="/%:@!$&'()*+,;=~[]|\\^?#")
    scheme, _, rest = written.partition("://")
    return f"{written}/" if scheme and "/" not in rest and "?" not in rest and "#" not in rest else written


def described(visit: Visit, words: Mapping[str, str], timezone: str) -> Visit:
    """The visit with what the words say: a field's name, with a name behind a dot where it needs one, to its value.

    `now` is a time at the site, such as `2026-12-01T09:00`. Raises ImpossibleVisitError.
    """
    if NOW in words:
        visit = visit_to(visit.url, _minute(words[NOW], timezone), timezone)
    for name, value in words.items():
        if name != NOW:
            visit = _with(visit, name, value)
    return visit


def _minute(text: str, timezone: str) -> int:
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).timestamp()) // 60
    except ValueError:
        raise ImpossibleVisitError(f'"{text}" is no time; write it like 2026-12-01T09:00') from None


def _with(visit: Visit, word: str, value: str) -> Visit:
    field, name = _field(word)
    if field in CLOSED and value not in CLOSED[field]:
        raise ImpossibleVisitError(f'"{value}" is no {field.value}; there are {", ".join(CLOSED[field])}')
    match field:
        case Field.QUERY:
            return replace(visit, url=_with_parameter(visit.url, name, value))
        case Field.COOKIE:
            return replace(visit, cookies={**visit.cookies, name: value})
        case Field.DATA:
            return replace(visit, data={**visit.data, name: value})
    set_to: dict[str, Any] = {field.value: _number(field, value) if field in NUMBERS else value}
    return replace(visit, **set_to)


def _field(word: str) -> tuple[Field, str]:
    head, _, name = word.partition(".")
    try:
        field = Field(head)
    except ValueError:
        raise ImpossibleVisitError(
            f'a visit has no "{word}"; it has {", ".join(f.value for f in Field)} and now'
        ) from None
    if field in _PAGE:
        raise ImpossibleVisitError(f'"{word}" is part of the page\'s address; write it there')
    if (field in NAMED) != bool(name):
        raise ImpossibleVisitError(f'write "{head}.NAME"' if field in NAMED else f'"{head}" has no parts')
    return field, name


def _number(field: Field, text: str) -> int:
    low, high = NUMBERS[field]
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ImpossibleVisitError(f'"{text}" is no {field.value}; it goes from {low} to {high:,}')
    return int(text)


def _with_parameter(url: str, name: str, value: str) -> str:
    page, hash_, fragment = url.partition("#")
    return f"{page}{'&' if '?' in page else '?'}{urlencode({name: value})}{hash_}{fragment}"
