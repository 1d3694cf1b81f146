"""The course of an experiment as a drawing: lines with their intervals over days, worked out as coordinates.

May not know what the lines mean, or how the drawing is coloured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from domain.report import Days
from web.analysis.history import Course

WIDTH, HEIGHT = 760.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 132.0, 14.0, 34.0
"""Room for the labels of both axes and for the names of the lines."""

_TICKS = 5
_DAY_LABELS = 7
_SETTLED = 0.4
"""The first days' intervals are huge: the scale fits this last share of the days, and what is beyond is cut off."""

_LABEL_HEIGHT = 17.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and what stands there."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One day of a line, with what is shown on pointing at it."""

    x: float
    y: float
    low: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One variation: `points` and `band` are what an SVG polyline and polygon take."""

    name: str
    points: str
    band: str
    marks: tuple[Mark, ...]
    label_y: float
    last: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing of `width` × `height`; the plotted area lies within the margins."""

    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    zero: float
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def draw(
    courses: Sequence[Course], days: Days, say: Callable[[float], str], name_day: Callable[[int], str]
) -> Plot | None:
    """Draw the courses; `say` words a value, `name_day` a day. None where there is nothing to draw."""
    courses = [course for course in courses if course.points]
    if not courses:
        return None
    first = min(course.points[0].day for course in courses)
    low, high = _extent(courses, Days(first, days.last))
    step = _nice((high - low) / _TICKS)
    low, high = floor(low / step) * step, ceil(high / step) * step

    def x(day: int) -> float:
        span = days.last - first
        return LEFT + (WIDTH - LEFT - RIGHT) * ((day - first) / span if span else 0.5)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    ends = _apart([y(course.points[-1].relative.value) for course in courses])
    return Plot(
        lines=tuple(_line(course, x, y, say, name_day, end) for course, end in zip(courses, ends, strict=True)),
        x_ticks=tuple(Tick(round(x(day), 1), name_day(day)) for day in _some_days(first, days.last)),
        y_ticks=tuple(
            Tick(round(y(i * step), 1), say(i * step)) for i in range(round(low / step), round(high / step) + 1)
        ),
        zero=round(y(0), 1),
    )


def _line(
    course: Course,
    x: Callable[[int], float],
    y: Callable[[float], float],
    say: Callable[[float], str],
    name_day: Callable[[int], str],
    end: float,
) -> Line:
    marks = tuple(
        Mark(
            round(x(p.day), 1),
            round(y(p.relative.value), 1),
            round(y(p.relative.low), 1),
            round(y(p.relative.high), 1),
            f"{course.variation}, up to {name_day(p.day)}: {say(p.relative.value)} "
            f"({say(p.relative.low)} to {say(p.relative.high)})",
        )
        for p in course.points
    )
    upper = [(m.x, m.high) for m in marks]
    lower = [(m.x, m.low) for m in reversed(marks)]
    last = say(course.points[-1].relative.value)
    return Line(course.variation, _pairs((m.x, m.y) for m in marks), _pairs([*upper, *lower]), marks, end, last)


def _pairs(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _extent(courses: Sequence[Course], days: Days) -> tuple[float, float]:
    """The values to show: zero, every line's end, and the intervals of the days on which they have settled."""
    settled = days.last - (days.last - days.first) * _SETTLED
    points = [p.relative for c in courses for p in c.points if p.day >= settled or p is c.points[-1]]
    low, high = min(0.0, *(p.low for p in points)), max(0.0, *(p.high for p in points))
    return (low, high) if high > low else (low - 0.01, high + 0.01)


def _nice(step: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** floor(log10(step))
    return next(nice * power for nice in (1, 2, 2.5, 5, 10) if nice * power >= step * 0.999)


def _some_days(first: int, last: int) -> range:
    every = max(1, ceil((last - first + 1) / _DAY_LABELS))
    return range(first, last + 1, every)


def _apart(ends: Sequence[float]) -> list[float]:
    """The heights at which names stand beside their lines, moved down where they would cover each other."""
    placed = list(ends)
    free_from = TOP
    for index in sorted(range(len(ends)), key=lambda i: ends[i]):
        placed[index] = round(max(ends[index], free_from), 1)
        free_from = placed[index] + _LABEL_HEIGHT
    return placed
