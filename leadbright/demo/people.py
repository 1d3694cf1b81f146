"""Who the simulated visitors are: browsers, countries, and the links that they come by, each with its weight.

May not know what they do in the shop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from domain.ledger import Source

Weighted = TypeVar("Weighted")

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"

USER_AGENTS: tuple[tuple[int, str], ...] = (
    (26, f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/156.0.0.0 Safari/537.36"),
    (9, f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_APPLE} Version/19.1 Safari/605.1.15"),
    (7, f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Chrome/156.0.0.0 Safari/537.36"),
    (6, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0"),
    (3, "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"),
    (5, f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0"),
    (22, f"Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) {_APPLE} Version/19.1 Mobile/15E148 Safari/604.1"),
    (17, f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/156.0.0.0 Mobile Safari/537.36"),
    (4, f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36"),
    (1, f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/156.0.0.0 Safari/537.36"),
)

COUNTRIES: tuple[tuple[int, str], ...] = (
    (34, "DE"),
    (14, "GB"),
    (11, "FR"),
    (9, "NL"),
    (8, "AT"),
    (7, "CH"),
    (6, "NO"),
    (5, "DK"),
    (4, "SE"),
    (2, "IE"),
)

FIRST_SOURCES: tuple[tuple[int, Source], ...] = (
    (36, Source("google.com")),
    (5, Source("duckduckgo.com")),
    (4, Source("bing.com")),
    (22, Source()),
    (8, Source("instagram.com")),
    (5, Source("reddit.com")),
    (3, Source("chatgpt.com")),
    (10, Source("google.com", "google", "cpc", "wet-autumn")),
    (7, Source("", "newsletter", "email", "fitting-guide")),
)

LATER_SOURCES: tuple[tuple[int, Source], ...] = (
    (62, Source()),
    (20, Source("google.com")),
    (18, Source("", "newsletter", "email", "fitting-guide")),
)


@dataclass(frozen=True, slots=True)
class Person:
    """What a request of this visitor's browser would show: the relay derives the rest from it and forgets it."""

    user_agent: str
    country: str


def draw_person(chance: Random) -> Person:
    """Somebody."""
    return Person(draw(chance, USER_AGENTS), draw(chance, COUNTRIES))


def draw(chance: Random, table: Sequence[tuple[int, Weighted]]) -> Weighted:
    """One of a table's values, by weight."""
    place = chance.random() * sum(weight for weight, _ in table)
    for weight, value in table:
        place -= weight
        if place < 0:
            return value
    return table[-1][1]
