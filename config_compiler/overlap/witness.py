"""A visit put together from the values that a search has found.

May not know what was searched for.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from config_compiler.overlap.formula import HOST, PATH, SCHEME
from config_compiler.overlap.moments import Moment
from domain.visits import Visit


def visit_of(found: Mapping[str, str | None], now: Moment) -> Visit:
    """The visit with these values; what is not named is a newcomer's."""
    named = {kind: _named(found, f"{kind}.") for kind in ("query", "cookie", "data")}
    query = f"?{urlencode(named['query'], quote_via=quote)}" if named["query"] else ""
    plain = {k: v for k, v in found.items() if v is not None and k in _PLAIN}
    return Visit(
        url=f"{found.get(SCHEME) or 'https'}://{found.get(HOST) or 'localhost'}{found.get(PATH) or '/'}{query}",
        width=int(found.get("width") or 1280),
        hour=now.hour,
        weekday=now.weekday,
        now=now.now,
        cookies=named["cookie"],
        data=named["data"],
        **plain,
    )


_PLAIN = ("device", "platform", "browser", "country", "language", "channel", "visitor", "referrer")


def _named(found: Mapping[str, str | None], start: str) -> dict[str, str]:
    return {k.removeprefix(start): v for k, v in sorted(found.items()) if k.startswith(start) and v is not None}
