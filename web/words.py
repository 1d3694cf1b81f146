"""Numbers, days and amounts in the words and signs that people read.

May not know what is counted. Thin spaces and minus signs are the typographic ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_EPOCH = date(1970, 1, 1)
_THIN = "\u202f"
_MINUS = "\u2212"
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


def count(number: int) -> str:
    """12,345."""
    return f"{number:,}".replace("-", _MINUS)


def percent(share: float) -> str:
    """0.1234 as 12.3 %; small ones keep two figures."""
    digits = 1 if abs(share) >= 0.01 or share == 0 else 2
    return f"{share * 100:.{digits}f}{_THIN}%".replace("-", _MINUS)


def signed_percent(share: float) -> str:
    """0.12 as +12.0 %; of a hundred per cent and more without decimals."""
    text = f"{share * 100:+.0f}" if abs(share) >= 0.995 else f"{share * 100:+.1f}"
    return _signed(text) + f"{_THIN}%"


def axis_percent(share: float) -> str:
    """A relative difference on an axis: +20 %, −7.5 %, 0 %."""
    text = f"{round(share * 100, 6):+g}"
    return ("0" if not float(text) else _signed(text)) + f"{_THIN}%"


def signed_points(share: float) -> str:
    """A difference of two shares, in percentage points: 0.0123 as +1.23 pp."""
    return _signed(f"{share * 100:+.2f}") + f"{_THIN}pp"


def chance(probability: float) -> str:
    """A probability in per cent; never quite 0 or 100."""
    if probability < 0.001:
        return f"<{_THIN}0.1{_THIN}%"
    if probability > 0.999:
        return f">{_THIN}99.9{_THIN}%"
    return f"{probability * 100:.1f}{_THIN}%"


def money(minor: float, digits: int, currency: str) -> str:
    """An amount in minor units, such as 1234.5 cents as €12.35."""
    number = f"{abs(minor) / 10**digits:,.{digits}f}"
    sign = _MINUS if minor < 0 and float(number.replace(",", "")) else ""
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number}{_THIN}{currency}"


def signed_money(minor: float, digits: int, currency: str) -> str:
    """A difference of two amounts."""
    text = money(minor, digits, currency)
    return text if text.startswith(_MINUS) else f"+{text}"


def day(number: int) -> str:
    """A day since 1970-01-01 as 24 Nov."""
    found = _EPOCH + timedelta(number)
    return f"{found.day} {found:%b}"


def long_day(number: int) -> str:
    """A day since 1970-01-01 as 24 November 2026."""
    found = _EPOCH + timedelta(number)
    return f"{found.day} {found:%B %Y}"


def iso_day(number: int) -> str:
    """A day since 1970-01-01 as 2026-11-24, for a date field."""
    return (_EPOCH + timedelta(number)).isoformat()


def day_number(text: str) -> int | None:
    """The day of a date field; None for anything else."""
    try:
        return (date.fromisoformat(text) - _EPOCH).days
    except ValueError:
        return None


def day_at(seconds: float, timezone: str) -> int:
    """The day since 1970-01-01 that it is in a time zone."""
    return (datetime.fromtimestamp(seconds, ZoneInfo(timezone)).date() - _EPOCH).days


def moment(at: datetime) -> str:
    """24 Nov 2026, 09:41 UTC."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


def moment_ms(at_ms: int) -> str:
    """The same from milliseconds since 1970-01-01."""
    return moment(datetime.fromtimestamp(at_ms / 1000, UTC))


def _signed(text: str) -> str:
    # What rounds to nothing has no sign.
    if not float(text):
        return "±" + text[1:]
    return text.replace("-", _MINUS)


FILTERS: Mapping[str, Callable[..., str]] = {
    "count": count,
    "percent": percent,
    "signed_percent": signed_percent,
    "signed_points": signed_points,
    "chance": chance,
    "day": day,
    "long_day": long_day,
    "iso_day": iso_day,
    "moment": moment,
    "moment_ms": moment_ms,
}
"""What templates may say with."""
