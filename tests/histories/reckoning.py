"""What simulated visitors did, counted one by one, beside what the fold makes of their beacons.

The first is a table with a row for each visitor, as nobody may keep it of real ones. May not know how a ledger works.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from domain.beacon import Admitted, Surroundings
from domain.names import SiteKey
from domain.tally import TOTAL, Cell, Sums, Tally, fold
from ingest_grpc.relay.beacon import Beacon, read_beacon

SITE = SiteKey("shop")
LONGEST_RANGE = 32
SILENCE_MINUTES = 30
JUDGED = {"hero": ("signup", "thanks", "purchase"), "price": ("purchase",)}
"""Experiments, and the goals that they are judged by."""

_EPOCH = date(1970, 1, 1)

Line = dict[str, Any]
Totals = dict[tuple[str, ...], Counter[str]]


@dataclass(slots=True)
class Person:
    """Everything about one visitor."""

    days: set[int] = field(default_factory=set)
    true_days: set[int] = field(default_factory=set)
    last_minute: int | None = None
    views_of_sessions: list[int] = field(default_factory=list)
    variations: dict[str, str] = field(default_factory=dict)
    reached: Totals = field(default_factory=lambda: defaultdict(Counter))


@dataclass(slots=True)
class Histories:
    """The lines of many visitors, sorted out."""

    kept: dict[str, Line] = field(default_factory=dict)
    heard: dict[str, Line] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    repeats: int = 0
    jumps: Counter[int] = field(default_factory=Counter)
    visitors: set[int] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def sorted_out(lines: Iterable[str]) -> Histories:
    """Read JSON lines. A nonce that is kept twice, or heard and never kept, is wrong."""
    found = Histories()
    for text in lines:
        line = json.loads(text)
        found.visitors.add(line["visitor"])
        match line["line"]:
            case "kept":
                if line["nonce"] in found.kept:
                    found.wrong.append(f"kept twice: {text}")
                found.kept[line["nonce"]] = line
            case "heard":
                found.repeats += line["nonce"] in found.heard
                found.heard.setdefault(line["nonce"], line)
                if line["body"] != found.kept.get(line["nonce"], {}).get("body"):
                    found.wrong.append(f"not what was kept: {text}")
            case "gone":
                found.gone[line["nonce"]] = line["why"]
            case "jump":
                found.jumps[line["visitor"]] += 1
            case "wrong":
                found.wrong.append(f"visitor {line['visitor']}: {line['what']}")
    lost = found.kept.keys() - found.heard.keys() - found.gone.keys()
    found.wrong.extend(f"never heard, and nobody knows why: {found.kept[nonce]}" for nonce in lost)
    return found


def counted(histories: Histories) -> Tally:
    """All that was kept, folded: by the relay's day what the relay heard, by the browser's what it never did."""
    return fold(_admitted(nonce, line, histories.heard.get(nonce)) for nonce, line in histories.kept.items())


def _admitted(nonce: str, kept: Line, heard: Line | None) -> Admitted:
    beacon = read_beacon(nonce, kept["body"].encode())
    assert isinstance(beacon, Beacon), f"{beacon}: {kept['body']}"
    today = heard["day"] if heard else beacon.day
    day = beacon.day if abs(beacon.day - today) <= 1 else today
    return Admitted(beacon.nonce, SITE, day, Surroundings(), beacon.entries)


@dataclass(slots=True)
class Books:
    """The table with a row for each visitor, and what happened on each day."""

    people: dict[tuple[int, str], Person] = field(default_factory=lambda: defaultdict(Person))
    by_day: Counter[tuple[str, int]] = field(default_factory=Counter)


def brute_force(histories: Histories) -> Books:
    """Go through what happened, in the order in which it did."""
    books = Books()
    for line in histories.kept.values():
        person = books.people[line["visitor"], line["who"]]
        day = json.loads(line["body"])["d"]
        for deed in line["deeds"]:
            _happens(books, person, day, line, deed)
    return books


def _happens(books: Books, person: Person, day: int, line: Line, deed: list[Any]) -> None:
    match deed:
        case ["view"]:
            _views(books, person, day, line)
        case ["event", name]:
            books.by_day[f"event/{name}", day] += 1
        case ["goal", goal, amount]:
            _reaches(books, person, day, goal, amount)


def _views(books: Books, person: Person, day: int, line: Line) -> None:
    books.by_day["views", day] += 1
    books.by_day["visitors", day] += day not in person.days
    person.days.add(day)
    person.true_days.add(line["today"])
    last, person.last_minute = person.last_minute, line["minute"]
    if last is not None and 0 <= line["minute"] - last < SILENCE_MINUTES:
        person.views_of_sessions[-1] += 1
    else:
        person.views_of_sessions.append(1)
        books.by_day["sessions", day] += 1
    for experiment, variation in line["shown"].items():
        if variation is not None and experiment not in person.variations:
            person.variations[experiment] = variation
            books.by_day[f"exposed/{experiment}/{variation}", day] += 1


def _reaches(books: Books, person: Person, day: int, goal: str, amount: int) -> None:
    whats = [(goal,), *((goal, x, v) for x, v in person.variations.items() if goal in JUDGED[x])]
    for path in whats:
        what = "/".join(("converted", *path))
        books.by_day[f"{what} n", day] += not person.reached[path]
        books.by_day[f"{what} conversions", day] += 1
        books.by_day[f"{what} total", day] += amount
        person.reached[path].update(count=1, total=amount)


def errors(histories: Histories) -> Iterator[str]:
    """Every count that is not exactly that of the table; for visitors whose clocks are right."""
    yield from histories.wrong
    books, tally = brute_force(histories), counted(histories)
    days = {day for _, day in books.by_day}
    for (what, day), number in books.by_day.items():
        name, _, column = what.partition(" ")
        if (folded := getattr(_cell(tally, name, day), column or "n")) != number:
            yield f"{what} on {day}: {folded} instead of {number}"
    yield from _differences("bounces", _sum(tally, "bounces", days).n, _bounces(books))
    for path, squares in _squares(books).items():
        what = "/".join(("converted", *path))
        yield from _differences(f"squares of {what}", _sum(tally, what, days).squares, squares)
    yield from _unexplained(books, tally)
    yield from _unequal_uniques(books, tally)


def unique_errors(histories: Histories) -> Iterator[str]:
    """Every range that counts a visitor wrongly more often than the visitor's clock jumped."""
    yield from histories.wrong
    for visitor in sorted(histories.visitors):
        alone = _of_one(histories, visitor)
        if alone.kept:
            yield from _unequal_uniques(brute_force(alone), counted(alone), histories.jumps[visitor])


def _of_one(histories: Histories, visitor: int) -> Histories:
    return Histories(
        kept={nonce: line for nonce, line in histories.kept.items() if line["visitor"] == visitor},
        heard=histories.heard,
    )


def _cell(tally: Tally, what: str, day: int) -> Sums:
    return tally.cells.get(Cell(SITE, day, what, TOTAL, ""), Sums())


def _sum(tally: Tally, what: str, days: Iterable[int]) -> Sums:
    return Sums(*map(sum, zip(Sums(), *(_cell(tally, what, day) for day in days), strict=True)))


def _differences(what: str, folded: int, number: int) -> Iterator[str]:
    if folded != number:
        yield f"{what}: {folded} instead of {number}"


def _bounces(books: Books) -> int:
    return sum(person.views_of_sessions.count(1) for person in books.people.values())


def _squares(books: Books) -> Counter[tuple[str, ...]]:
    squares: Counter[tuple[str, ...]] = Counter()
    for person in books.people.values():
        for path, reached in person.reached.items():
            squares[path] += reached["total"] ** 2
    return squares


def _unexplained(books: Books, tally: Tally) -> Iterator[str]:
    """Counts of what nobody did."""
    happened = {what.partition(" ")[0] for what, _ in books.by_day} | {"bounces"}
    for cell in tally.cells:
        kind = cell.what.partition("/")[0]
        if kind not in ("gap", "quarter", "year") and cell.what not in happened:
            yield f"{cell.what} on {cell.day}: nobody did it"


def _unequal_uniques(books: Books, tally: Tally, off: int | None = None) -> Iterator[str]:
    """Every range of up to 32 days, every quarter and every year; `off`: what is allowed where clocks jump."""
    visited: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for who, person in books.people.items():
        for day in person.days if off is None else person.true_days:
            visited[day].add(who)
    first, last = min(visited), max(visited)
    gaps = {d: [_cell(tally, f"gap/{g}", d).n for g in range(LONGEST_RANGE + 1)] for d in range(first, last + 1)}
    for start in range(first, last + 1):
        seen: set[tuple[int, str]] = set()
        uniques = 0
        for end in range(start, min(start + LONGEST_RANGE, last + 1)):
            seen |= visited[end]
            uniques += sum(n for g, n in enumerate(gaps[end]) if g == 0 or g > end - start)
            if abs(uniques - len(seen)) > (off or 0):
                yield f"visitors from {start} to {end}: {uniques} instead of {len(seen)}"
    if off is None:
        yield from _unequal_periods(visited, tally)


def _unequal_periods(visited: dict[int, set[tuple[int, str]]], tally: Tally) -> Iterator[str]:
    for what, period in (("quarter", _quarter), ("year", _year)):
        seen: dict[object, set[tuple[int, str]]] = defaultdict(set)
        folded: Counter[object] = Counter()
        for day, people in visited.items():
            seen[period(day)] |= people
            folded[period(day)] += _cell(tally, what, day).n
        for when, people in seen.items():
            yield from _differences(f"visitors of {what} {when}", folded[when], len(people))


def _year(day: int) -> int:
    return (_EPOCH + timedelta(days=day)).year


def _quarter(day: int) -> tuple[int, int]:
    when = _EPOCH + timedelta(days=day)
    return when.year, (when.month - 1) // 3
