"""What an audience is: a condition on one visit, of tests joined by all, any and not.

Says what is asked, not how an answer is found: that is `targeting.py`, and the snippet's twin of it. May not know
how a condition was written.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Field(Enum):
    """What may be asked about a visit; the comment says of which kind its value is."""

    DEVICE = "device"  # desktop, mobile or tablet
    PLATFORM = "platform"  # windows, macos, linux, chromeos, android, ios or other
    BROWSER = "browser"  # chrome, edge, firefox, safari, opera, samsung-internet or other
    COUNTRY = "country"  # two capitals, ISO 3166-1; guessed from the browser's time zone
    LANGUAGE = "language"  # the browser's first: `de`, `pt-BR`; a test for `pt` takes `pt-BR` too
    CHANNEL = "channel"  # of the session, as relays count it
    VISITOR = "visitor"  # new (no visit on an earlier day) or returning
    PATH = "path"  # of the page
    HOST = "host"  # of the page, with its port where one is written
    REFERRER = "referrer"  # host that the page was reached from, without `www.`; empty for none or the site itself
    QUERY = "query"  # one parameter of the page's address; needs a name
    COOKIE = "cookie"  # one cookie that scripts may read; needs a name
    DATA = "data"  # a value of `window.leadbrightData`, by a dotted path; needs a name
    WIDTH = "width"  # of the window, in CSS pixels
    HOUR = "hour"  # of the day in the site's time zone, 0 to 23
    WEEKDAY = "weekday"  # in the site's time zone, 1 Monday to 7 Sunday


DEVICES = ("desktop", "mobile", "tablet")
PLATFORMS = ("windows", "macos", "linux", "chromeos", "android", "ios", "other")
BROWSERS = ("chrome", "edge", "firefox", "safari", "opera", "samsung-internet", "other")
CHANNELS = (
    "direct", "cross-network", "display", "paid-shopping", "paid-search", "paid-social", "paid-video", "paid-other",
    "email", "affiliates", "audio", "sms", "push", "assistants", "shopping", "social", "video", "search", "campaign",
    "referral", "other",
)  # fmt: skip
VISITORS = ("new", "returning")

CLOSED: dict[Field, tuple[str, ...]] = {
    Field.DEVICE: DEVICES,
    Field.PLATFORM: PLATFORMS,
    Field.BROWSER: BROWSERS,
    Field.CHANNEL: CHANNELS,
    Field.VISITOR: VISITORS,
}
"""Fields with a closed set of values."""

NUMBERS: dict[Field, tuple[int, int]] = {Field.WIDTH: (0, 100_000), Field.HOUR: (0, 23), Field.WEEKDAY: (1, 7)}
"""Fields whose values are integers, with their bounds."""

NAMED = frozenset({Field.QUERY, Field.COOKIE, Field.DATA})
"""Fields that need a name and may be missing from a visit."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at: a field, and a name where it needs one."""

    field: Field
    name: str = ""


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these. Texts are compared as written; numbers as decimal integers."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The value is a number within these bounds, both included; None for no bound."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Contains:
    """The value holds this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Matches:
    """The regular expression (the subset of `config_compiler/regex.py`) is found in the value."""

    regex: str


@dataclass(frozen=True, slots=True)
class Exists:
    """The visit has a value, be it empty."""


Operator = OneOf | Between | Contains | Matches | Exists


@dataclass(frozen=True, slots=True)
class Test:
    """One question. Where the visit has no value the answer is no."""

    subject: Subject
    operator: Operator


@dataclass(frozen=True, slots=True)
class All:
    """Each of these; none of them: yes."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these; none of them: no."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; of a test whose value is missing, therefore yes."""

    part: Condition


Condition = Test | All | AnyOf | Not

EVERYBODY = All(())
NOBODY = AnyOf(())
