"""How often one place may try to get in, and all places together: by signing in, and by tokens that are wrong.

A place is a hash whose key nobody knows and which is thrown away within the hour, in memory alone. May not know what
is tried, or an address as text.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from sanic import Request

from domain.address import Proxies, Sources
from domain.quota import Quota, Rate
from web.tokens import Random

MOST_PLACES = 20_000
"""That are told apart at once, far more than can try once all together may no more."""

_ALL = "all"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Tries a minute, and as many at once: of one place, and of all together."""

    of_one: int
    of_all: int


class Tries:
    """Tries of one kind. `clock` tells seconds since 1970-01-01 UTC."""

    def __init__(self, allowed: Allowed, proxies: Proxies, clock: Callable[[], float], random: Random) -> None:
        self._one, self._all = _quota(allowed.of_one), _quota(allowed.of_all)
        self._proxies = proxies
        self._sources = Sources(random)
        self._clock = clock

    def take(self, request: Request) -> int:
        """Count a try; 0, or the whole seconds to wait where there were too many."""
        place, now_ms = self._place(request)
        # A place that may try no more takes nothing from the others.
        return _taken(self._one, place, now_ms) or _taken(self._all, _ALL, now_ms)

    def wait_s(self, request: Request) -> int:
        """The whole seconds that this place has to wait; 0 where it may try. Counts nothing."""
        place, now_ms = self._place(request)
        return _seconds(self._one.wait_ms(place, now_ms))

    def _place(self, request: Request) -> tuple[bytes, int]:
        now_ms = int(self._clock() * 1000)
        address, _ = self._proxies.place(request.conn_info, request.headers)
        return self._sources.of(address, now_ms), now_ms


@dataclass(frozen=True, slots=True)
class Entrances:
    """What is limited, each by its own count: a pipeline whose token has expired keeps nobody from signing in."""

    sign_in: Tries
    tokens: Tries


def entrances(allowed: Allowed, proxies: Proxies, clock: Callable[[], float], random: Random) -> Entrances:
    """Both, nobody having tried yet."""
    return Entrances(Tries(allowed, proxies, clock, random), Tries(allowed, proxies, clock, random))


def _quota(per_minute: int) -> Quota:
    return Quota(Rate(per_minute / 60, per_minute), MOST_PLACES)


def _taken(quota: Quota, key: str | bytes, now_ms: int) -> int:
    return 0 if quota.take(key, now_ms) else max(1, _seconds(quota.wait_ms(key, now_ms)))


def _seconds(wait_ms: float) -> int:
    return math.ceil(wait_ms / 1000)
