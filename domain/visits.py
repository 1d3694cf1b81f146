"""One visit to one page, and whether it meets a condition: the reference of the snippet's `who`.

May not know where a visit came from or what depends on the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import assert_never
from urllib.parse import parse_qsl, urlsplit

from domain.condition import (
    All,
    AnyOf,
    Between,
    Condition,
    Contains,
    Exists,
    Field,
    Matches,
    Not,
    OneOf,
    Operator,
    Subject,
    Test,
)

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
"""What counts as a number where a text may be one."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a browser knows when a page opens; the defaults are a newcomer's."""

    url: str
    """As browsers write it: what is not ASCII is percent-encoded."""
    device: str = "desktop"
    platform: str = "other"
    browser: str = "other"
    country: str = ""
    """By the browser's time zone; empty where the plan names no zone for it."""
    language: str = ""
    channel: str = "direct"
    visitor: str = "new"
    referrer: str = ""
    """Host that the page was reached from, without `www.`; empty for none and for the site itself."""
    width: int = 1280
    hour: int = 12
    weekday: int = 1
    """1 Monday to 7 Sunday, as `hour` in the site's time zone."""
    now: int = 0
    """Minutes since 1970-01-01 UTC."""
    cookies: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    """The page's data layer: dotted path to the value as a text."""


def meets(condition: Condition, visit: Visit) -> bool:
    """Whether the visit meets the condition."""
    match condition:
        case All(parts):
            return all(meets(part, visit) for part in parts)
        case AnyOf(parts):
            return any(meets(part, visit) for part in parts)
        case Not(part):
            return not meets(part, visit)
        case Test(subject, operator):
            value = value_of(subject, visit)
            return value is not None and _holds(subject.field, operator, value)
        case _:
            assert_never(condition)


def value_of(subject: Subject, visit: Visit) -> str | None:
    """What is looked at, as a text; None where the visit has no such value."""
    return _VALUES[subject.field](visit, subject.name)


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address, decoded; of several with one name the first."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        found.setdefault(name, value)
    return found


_VALUES: dict[Field, Callable[[Visit, str], str | None]] = {
    Field.DEVICE: lambda visit, _: visit.device,
    Field.PLATFORM: lambda visit, _: visit.platform,
    Field.BROWSER: lambda visit, _: visit.browser,
    Field.COUNTRY: lambda visit, _: visit.country,
    Field.LANGUAGE: lambda visit, _: visit.language,
    Field.CHANNEL: lambda visit, _: visit.channel,
    Field.VISITOR: lambda visit, _: visit.visitor,
    Field.PATH: lambda visit, _: urlsplit(visit.url).path or "/",
    Field.HOST: lambda visit, _: urlsplit(visit.url).netloc,
    Field.REFERRER: lambda visit, _: visit.referrer,
    Field.QUERY: lambda visit, name: query_of(visit.url).get(name),
    Field.COOKIE: lambda visit, name: visit.cookies.get(name),
    Field.DATA: lambda visit, name: visit.data.get(name),
    Field.WIDTH: lambda visit, _: str(visit.width),
    Field.HOUR: lambda visit, _: str(visit.hour),
    Field.WEEKDAY: lambda visit, _: str(visit.weekday),
}


def _holds(of: Field, operator: Operator, value: str) -> bool:
    match operator:
        case OneOf(values):
            return value in values or (of is Field.LANGUAGE and any(value.startswith(f"{v}-") for v in values))
        case Between(low, high):
            return _between(low, high, value)
        case Contains(text):
            return text in value
        case Matches(regex):
            return found(regex, value)
        case Exists():
            return True
        case _:
            assert_never(operator)


def _between(low: int | None, high: int | None, value: str) -> bool:
    if not _NUMBER.fullmatch(value):
        return False
    number = float(value)
    return (low is None or low <= number) and (high is None or number <= high)


def found(regex: str, text: str) -> bool:
    """Whether an expression of the subset that is shared with JavaScript is found, by JavaScript's rules."""
    return _as_javascript(regex).search(text) is not None


_SPACE = "\\t\\n\\v\\f\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
_PIECE = re.compile(r"\\.|.", re.DOTALL)
_OUTSIDE = {"$": r"\Z", ".": r"[^\n\r\u2028\u2029]", r"\s": f"[{_SPACE}]", r"\S": f"[^{_SPACE}]"}
_INSIDE = {r"\s": _SPACE}


@lru_cache(maxsize=1024)
def _as_javascript(regex: str) -> re.Pattern[str]:
    """Python's `$` takes a line break at the end, its `.` more line ends, its `\\s` other spaces."""
    written, inside = [], False
    for piece in _PIECE.findall(regex):
        written.append((_INSIDE if inside else _OUTSIDE).get(piece, piece))
        inside = piece != "]" if inside else piece == "["
    return re.compile("".join(written), re.ASCII)
