"""A row of bars, one a day, worked out as coordinates for a small SVG.

May not know what is counted, or how the drawing is coloured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.report import Days

WIDTH, HEIGHT = 280.0, 56.0
_GAP = 0.22
"""Share of a day's width that is left free."""

_LEAST = 1.5
"""Height of a day on which nothing was counted, so that it shows as a day."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: its number, what was counted, and where its rectangle is."""

    day: int
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A drawing of `WIDTH` × `HEIGHT`."""

    bars: tuple[Bar, ...]
    most: int
    width: float = WIDTH
    height: float = HEIGHT


def draw_bars(counts: Mapping[int, int], days: Days) -> Bars:
    """One bar for every day of the range, the highest as high as the drawing."""
    shown = range(days.first, days.last + 1)
    most = max((counts.get(day, 0) for day in shown), default=0)
    step = WIDTH / len(shown)
    return Bars(tuple(_bar(day, counts.get(day, 0), most, i * step, step) for i, day in enumerate(shown)), most)


def _bar(day: int, count: int, most: int, x: float, step: float) -> Bar:
    height = max(_LEAST, HEIGHT * count / most) if most else _LEAST
    return Bar(
        day,
        count,
        round(x + step * _GAP / 2, 2),
        round(HEIGHT - height, 2),
        round(step * (1 - _GAP), 2),
        round(height, 2),
    )
