"""Times at a site as they are written: `2026-12-01T09:00`, or a day alone for its midnight.

Where clocks are set back, a time that comes twice is the first of the two; one that clocks jump over is refused.
May not know what begins or ends then, or what time it is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from config_compiler.flaw import Flaw

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2})?")
_NEARLY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]+([0-9]{1,2}):([0-9]{2})(?::00)?")
_FIRST, _LAST = 2000, 2200


def minute_of(text: str, zone: ZoneInfo) -> int | Flaw:
    """Minutes since 1970-01-01 UTC."""
    if not _TIME.fullmatch(text):
        return Flaw("is not a time", "write it like 2026-12-01T09:00, in the site's time zone", _spelt_out(text))
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return Flaw("is no day of the calendar, or no time of the day", "months go to 12, hours to 23, minutes to 59")
    if not _FIRST <= local.year <= _LAST:
        return Flaw("is in another age", f"write a year from {_FIRST} to {_LAST}")
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    if shown != local:
        return Flaw(f"does not exist in {zone.key}: clocks are set forward over it", f"write {shown:%Y-%m-%dT%H:%M}")
    return int(moment.timestamp()) // 60


def _spelt_out(text: str) -> str:
    """A time that lacks a nought, or has the seconds of a full minute; nothing for any other."""
    found = _NEARLY.fullmatch(text.strip())
    return f"{found[1]}T{found[2]:0>2}:{found[3]}" if found else ""
