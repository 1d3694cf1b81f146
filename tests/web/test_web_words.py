"""Numbers and days as people read them, and drawings as coordinates."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from domain.names import VariationKey
from domain.report import Days
from web import words
from web.analysis.estimate import Estimate
from web.analysis.history import Course, Point
from web.bars import HEIGHT as BAR_HEIGHT
from web.bars import WIDTH as BAR_WIDTH
from web.bars import draw_bars
from web.plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw

EUROS = (2, "EUR")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (words.count(12_345), "12,345"),
        (words.count(-3), "−3"),
        (words.percent(0.1234), "12.3 %"),
        (words.percent(0.00123), "0.12 %"),
        (words.percent(0), "0.0 %"),
        (words.percent(1), "100.0 %"),
        (words.signed_percent(0.1234), "+12.3 %"),
        (words.signed_percent(-0.05), "−5.0 %"),
        (words.signed_percent(0.0001), "±0.0 %"),
        (words.signed_percent(-0.0001), "±0.0 %"),
        (words.signed_percent(2.5), "+250 %"),
        (words.signed_points(0.0123), "+1.23 pp"),
        (words.axis_percent(0.2), "+20 %"),
        (words.axis_percent(-0.075), "−7.5 %"),
        (words.axis_percent(0), "0 %"),
        (words.axis_percent(0.30000000000000004), "+30 %"),
        (words.chance(0.5), "50.0 %"),
        (words.chance(0.99999), "> 99.9 %"),
        (words.chance(0), "< 0.1 %"),
        (words.money(123_456, *EUROS), "€1,234.56"),
        (words.money(-50, *EUROS), "−€0.50"),
        (words.money(-0.2, *EUROS), "€0.00"),
        (words.money(1234, 0, "JPY"), "¥1,234"),
        (words.money(1234, 2, "CHF"), "12.34 CHF"),
        (words.signed_money(31, *EUROS), "+€0.31"),
        (words.signed_money(-31, *EUROS), "−€0.31"),
        (words.day(20_781), "24 Nov"),
        (words.long_day(20_781), "24 November 2026"),
        (words.iso_day(20_781), "2026-11-24"),
        (words.moment_ms(1_795_518_000_000), "24 Nov 2026, 11:00 UTC"),
    ],
)
def test_a_number_is_said_as_people_say_it(said: str, text: str) -> None:
    assert said.replace("\u202f", " ") == text


@pytest.mark.parametrize(("text", "number"), [("2026-11-24", 20_781), ("", None), ("24.11.2026", None), ("x", None)])
def test_a_date_field_is_read(text: str, number: int | None) -> None:
    assert words.day_number(text) == number


def test_bars_fill_the_drawing_and_an_empty_day_shows() -> None:
    drawing = draw_bars({10: 50, 12: 100}, Days(10, 13))
    assert [bar.count for bar in drawing.bars] == [50, 0, 100, 0]
    assert drawing.bars[2].height == BAR_HEIGHT
    assert drawing.bars[0].height == BAR_HEIGHT / 2
    assert 0 < drawing.bars[1].height < 3
    assert all(bar.x + bar.width <= BAR_WIDTH and bar.y + bar.height == BAR_HEIGHT for bar in drawing.bars)


def test_bars_of_nothing_are_flat() -> None:
    assert {bar.height for bar in draw_bars({}, Days(1, 14)).bars} == {1.5}


def _course(name: str, value: float, width: Callable[[int], float], days: int = 14) -> Course:
    points = tuple(Point(d, Estimate(value, value - width(d), value + width(d))) for d in range(1, days + 1))
    return Course(VariationKey(name), points)


def _shrinking(day: int) -> float:
    return 2 / day


def test_a_plot_fits_the_days_that_have_settled_and_shows_zero() -> None:
    plot = draw([_course("bold", 0.3, _shrinking)], Days(1, 14), "control")
    assert plot is not None
    (line,) = plot.lines
    late = line.marks[7:]
    assert all(TOP <= m.high <= m.y <= m.low <= HEIGHT - BOTTOM for m in late)
    assert line.marks[0].high < TOP
    assert TOP < plot.zero.at < HEIGHT - BOTTOM
    assert [tick.text.replace("\u202f", " ") for tick in plot.y_ticks if tick.at == plot.zero.at] == ["0 %"]
    assert (line.marks[0].x, line.marks[-1].x) == (LEFT, WIDTH - RIGHT)
    assert line.last.replace("\u202f", " ") == "+30.0 %"


def test_names_beside_the_lines_do_not_cover_each_other() -> None:
    courses = [_course(name, 0.01 * i, _shrinking) for i, name in enumerate(("a", "b", "c", "d"))]
    plot = draw(courses, Days(1, 14), "control")
    assert plot is not None
    places = sorted([plot.zero_label_y, *(line.label_y for line in plot.lines)])
    assert all(below - above >= 16.9 for above, below in pairwise(places))


@pytest.mark.parametrize("days", [1, 2, 3, 31, 395])
def test_a_plot_of_any_length_has_a_handful_of_labels(days: int) -> None:
    plot = draw([_course("bold", 0.1, _shrinking, days)], Days(1, days), "control")
    assert plot is not None
    assert 1 <= len(plot.x_ticks) <= 7
    assert 3 <= len(plot.y_ticks) <= 9
    assert all(LEFT <= tick.at <= WIDTH - RIGHT for tick in plot.x_ticks)


@pytest.mark.parametrize("value", [0.0, 1e-9, -0.99, 40.0])
def test_a_plot_of_any_size_is_drawn(value: float) -> None:
    plot = draw([_course("bold", value, lambda _: 0.0)], Days(1, 14), "control")
    assert plot is not None
    assert len(plot.y_ticks) >= 2


def test_nothing_to_draw_is_no_plot() -> None:
    assert draw([Course(VariationKey("bold"), ())], Days(1, 14), "control") is None
