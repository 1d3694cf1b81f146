"""The course of an experiment as a drawing: lines with their intervals over days, worked out as coordinates.

May not know what the lines mean, or how the drawing is coloured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from domain.report import Days
from web.analysis.history import Course, Point
from web.words import axis_percent, day, signed_percent

WIDTH, HEIGHT = 900.0, 310.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 140.0, 12.0, 30.0
"""Room for the labels of both axes and for the names of the lines."""

_TICKS = 5
_DAY_LABELS = 7
_SETTLED = 0.4
"""The first days' intervals are huge: the scale fits this last share of the days, and what is beyond is cut off."""

_MARGIN = 0.06
"""Share of the values' extent that stays free above and below, so that zero is never the frame."""

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
    zero: Tick
    """Where the lines would be if a variation did as well as the control, and the control's name."""
    zero_label_y: float
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class _Axes:
    """From days and values to coordinates."""

    days: Days
    low: float
    high: float

    def x(self, day: int) -> float:
        """From the left."""
        span = self.days.last - self.days.first
        share = (day - self.days.first) / span if span else 0.5
        return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1)

    def y(self, value: float) -> float:
        """From the top."""
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (self.high - value) / (self.high - self.low), 1)


def draw(courses: Sequence[Course], days: Days, control: str) -> Plot | None:
    """Draw the courses of relative differences to `control`. None where there is nothing to draw."""
    courses = [course for course in courses if course.points]
    if not courses:
        return None
    days = Days(min(course.points[0].day for course in courses), days.last)
    low, high = _extent(courses, days)
    step = _nice((high - low) / _TICKS)
    axes = _Axes(days, floor(low / step) * step, ceil(high / step) * step)
    zero, *ends = _apart([axes.y(0), *(axes.y(course.points[-1].relative.value) for course in courses)])
    steps = range(round(axes.low / step), round(axes.high / step) + 1)
    return Plot(
        lines=tuple(_line(course, axes, end) for course, end in zip(courses, ends, strict=True)),
        x_ticks=tuple(Tick(axes.x(number), day(number)) for number in _some_days(days)),
        y_ticks=tuple(Tick(axes.y(i * step), axis_percent(i * step)) for i in steps),
        zero=Tick(axes.y(0), control),
        zero_label_y=zero,
    )


def _line(course: Course, axes: _Axes, label_y: float) -> Line:
    marks = tuple(_mark(course, point, axes) for point in course.points)
    upper = [(m.x, m.high) for m in marks]
    lower = [(m.x, m.low) for m in reversed(marks)]
    last = signed_percent(course.points[-1].relative.value)
    return Line(course.variation, _pairs((m.x, m.y) for m in marks), _pairs([*upper, *lower]), marks, label_y, last)


def _mark(course: Course, point: Point, axes: _Axes) -> Mark:
    at = point.relative
    said = f"{signed_percent(at.value)} ({signed_percent(at.low)} to {signed_percent(at.high)})"
    text = f"{course.variation}, up to {day(point.day)}: {said}"
    return Mark(axes.x(point.day), axes.y(at.value), axes.y(at.low), axes.y(at.high), text)


def _pairs(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _extent(courses: Sequence[Course], days: Days) -> tuple[float, float]:
    """The values to show: zero, and the intervals of the days on which they have settled."""
    settled = days.last - (days.last - days.first) * _SETTLED
    points = [p.relative for c in courses for p in c.points if p.day >= settled or p is c.points[-1]]
    low, high = min(0.0, *(p.low for p in points)), max(0.0, *(p.high for p in points))
    margin = (high - low) * _MARGIN or 0.01
    return low - margin, high + margin


def _nice(step: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** floor(log10(step))
    return next(nice * power for nice in (1, 2, 2.5, 5, 10) if nice * power >= step * 0.999)


def _some_days(days: Days) -> range:
    every = ceil((days.last - days.first + 1) / _DAY_LABELS)
    return range(days.first, days.last + 1, every)


def _apart(ends: Sequence[float]) -> list[float]:
    """The heights at which names stand beside their lines, moved down where they would cover each other."""
    placed = list(ends)
    free_from = TOP
    for index in sorted(range(len(ends)), key=lambda i: ends[i]):
        placed[index] = round(max(ends[index], free_from), 1)
        free_from = placed[index] + _LABEL_HEIGHT
    return placed
