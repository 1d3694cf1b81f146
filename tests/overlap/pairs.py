"""Pairs of experiments made up by a seeded generator, and visits to judge them by.

The domains are small on purpose: enough visits are tried that a meeting rarely goes unseen.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

from config_compiler.overlap.moments import Span
from config_compiler.overlap.visits import Reach
from domain.condition import (
    EVERYBODY,
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
from domain.experiment import PagePattern, Pages, PathPattern, QueryPattern, RegexPattern, UrlPattern
from domain.visits import Visit

DOMAINS = ("shop.example", "*.shop.example")
HOSTS = ("shop.example", "www.shop.example", "de.shop.example", "shop.example:8080")
PATHS = ("/", "/a", "/b", "/ab", "/a/", "/a/b", "/a/b/c", "/b/a", "/aa", "/a1", "/b/12", "/a/b1", "/ba/", "/c", "/a-b")
BASE = 29_459_520
"""A Monday, 2026-01-05, at midnight UTC."""

GLOBS = ("/", "/a", "/a/*", "/*", "/a*", "/*/b", "/b/*", "/*b*", "/a/*/c", "/ab", "/*1", "/b*a")
REGEXES = (
    "^/a", "^/[ab]$", "b$", "^/a/b", "[0-9]", r"^/\w+$", "^/(a|b)/", "a+b", r"\bb\b", "^/[^a]", "/b{1,2}/?$", r"\d{2}$",
    "^/.{2}$", "^/(?:ab|ba)", r"\Bb", "c|1", "^/a?b?$",
)  # fmt: skip
URLS = (
    "https://shop.example/*", "https://*.shop.example/a*", "http://shop.example/a", "https://*/b/*",
    "https://de.shop.example/", "https://*.shop.example/*b", "https://shop.example:*/*",
)  # fmt: skip
QUERIES = ((("q", "1"),), (("q", "2"),), (("q", "1"), ("r", "x")))

CHOICES: dict[Field, tuple[str, ...]] = {
    Field.DEVICE: ("desktop", "mobile", "tablet"),
    Field.COUNTRY: ("DE", "AT", "US", ""),
    Field.LANGUAGE: ("de", "de-AT", "en", "pt-BR"),
    Field.VISITOR: ("new", "returning"),
    Field.BROWSER: ("chrome", "safari"),
}
NUMBERS: dict[Field, tuple[int, ...]] = {
    Field.WIDTH: (320, 768, 1024, 1280),
    Field.HOUR: (8, 12, 18),
    Field.WEEKDAY: (1, 6),
}
TEXTS: dict[Field, tuple[str, ...]] = {
    Field.PATH: PATHS,
    Field.HOST: HOSTS,
    Field.QUERY: ("1", "2", "12", "ab"),
    Field.COOKIE: ("yes", "no", "ab"),
    Field.DATA: ("5", "10", "cart", "ab"),
}


def pair(seed: int) -> tuple[Reach, Reach]:
    """Two experiments; the same ones for the same seed."""
    dice = random.Random(seed)
    return _reach(dice), _reach(dice)


def _reach(dice: random.Random) -> Reach:
    pages = Pages(_patterns(dice, 0, 3), _patterns(dice, 0, 2))
    audience = condition(dice, 3) if dice.random() < 0.7 else EVERYBODY
    start = BASE + dice.choice((0, 600, 2000)) if dice.random() < 0.3 else None
    end = BASE + dice.choice((500, 1500, 5000)) if dice.random() < 0.3 else None
    return Reach(pages, audience, Span(start, end) if start is None or end is None or start < end else Span())


def _patterns(dice: random.Random, low: int, high: int) -> tuple[PagePattern, ...]:
    return tuple(_pattern(dice) for _ in range(dice.randint(low, high)))


def _pattern(dice: random.Random) -> PagePattern:
    page = dice.choice(
        (PathPattern(dice.choice(GLOBS)), RegexPattern(dice.choice(REGEXES)), UrlPattern(dice.choice(URLS)))
    )
    return QueryPattern(page, dice.choice(QUERIES)) if dice.random() < 0.15 else page


def condition(dice: random.Random, depth: int) -> Condition:
    """A condition, nested at most so deep."""
    kind = dice.random()
    if depth == 0 or kind < 0.4:
        return _test(dice)
    if kind < 0.55:
        return Not(condition(dice, depth - 1))
    parts = tuple(condition(dice, depth - 1) for _ in range(dice.randint(1, 3)))
    return All(parts) if kind < 0.8 else AnyOf(parts)


def _test(dice: random.Random) -> Test:
    field = dice.choice((*CHOICES, *NUMBERS, *TEXTS))
    if field in CHOICES:
        values = CHOICES[field]
        return Test(Subject(field), OneOf(tuple(dice.sample(values, dice.randint(1, len(values) - 1)))))
    if field in NUMBERS:
        return Test(Subject(field), _between(dice, NUMBERS[field]))
    name = dice.choice(("q", "r")) if field in (Field.QUERY, Field.COOKIE, Field.DATA) else ""
    return Test(Subject(field, name), _of_text(dice, field))


def _between(dice: random.Random, values: tuple[int, ...]) -> Operator:
    low, high = sorted(dice.choices(values, k=2))
    return dice.choice((Between(low, high), Between(low, None), Between(None, high), OneOf((str(low),))))


def _of_text(dice: random.Random, field: Field) -> Operator:
    values = TEXTS[field]
    if field in (Field.QUERY, Field.COOKIE, Field.DATA) and dice.random() < 0.3:
        return Exists()
    if field is Field.DATA and dice.random() < 0.3:
        return Between(dice.choice((None, 3, 7)), dice.choice((None, 7, 20)))
    return dice.choice(
        (
            OneOf(tuple(dice.sample(values, 2))),
            Contains(dice.choice(("a", "b", "1", "o"))),
            Matches(dice.choice(("^a", "b$", "[0-9]", "^[a-z]+$", "e", r"\d$"))),
        )
    )


def visits(seed: int, count: int) -> Iterator[Visit]:
    """Visits to judge by: every page on the first host, then any."""
    dice = random.Random(~seed)
    for path, query in product(PATHS, ("", "?q=1&r=x")):
        yield _visit(dice, f"https://shop.example{path}{query}")
    for _ in range(count):
        path = (
            dice.choice(PATHS) if dice.random() < 0.7 else "/" + "".join(dice.choices("ab/1-c", k=dice.randint(0, 6)))
        )
        query = dice.choice(("", "", "?q=1", "?q=2", "?q=ab&r=x", "?q=1&r=x", "?r=1"))
        yield _visit(dice, f"{dice.choice(('https', 'https', 'http'))}://{dice.choice(HOSTS)}{path}{query}")


def _visit(dice: random.Random, url: str) -> Visit:
    now = BASE + dice.choice((0, 480, 500, 720, 1080, 1600, 7200 + 480, 7200 + 1080))
    return Visit(
        url,
        device=dice.choice(CHOICES[Field.DEVICE]),
        browser=dice.choice(CHOICES[Field.BROWSER]),
        country=dice.choice(CHOICES[Field.COUNTRY]),
        language=dice.choice(CHOICES[Field.LANGUAGE]),
        visitor=dice.choice(CHOICES[Field.VISITOR]),
        width=dice.choice(NUMBERS[Field.WIDTH]),
        hour=now // 60 % 24,
        weekday=(now // 1440 + 3) % 7 + 1,
        now=now,
        cookies={n: dice.choice(TEXTS[Field.COOKIE]) for n in ("q", "r") if dice.random() < 0.6},
        data={n: dice.choice(TEXTS[Field.DATA]) for n in ("q", "r") if dice.random() < 0.6},
    )
