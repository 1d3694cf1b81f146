"""Single questions of the search for a visit: time, numbers, queries, hosts, bounds."""

from __future__ import annotations

import pytest

from config_compiler.overlap.effort import Effort
from config_compiler.overlap.moments import ALWAYS, Moment, Span, clock, moment
from config_compiler.overlap.visits import Disjoint, Meet, Meetings, Reach, Unknown, Verdict
from domain.condition import (
    EVERYBODY,
    NOBODY,
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
)
from domain.condition import Test as Question
from domain.experiment import PagePattern, Pages, PathPattern, QueryPattern, RegexPattern, UrlPattern

EVERY_HOUR, EVERY_DAY = range(24), range(1, 8)
MARCH_29 = 29_579_040
"""Midnight UTC, 2026-03-29: a Sunday; in Berlin there is no hour from 2:00."""


def asks(field: Field, operator: Operator, name: str = "") -> Question:
    """A question."""
    return Question(Subject(field, name), operator)


def verdict(one: Condition, other: Condition = EVERYBODY) -> Verdict:
    """Of two experiments on every page."""
    return Meetings(("shop.example",), "UTC").judge(Reach(Pages(), one), Reach(Pages(), other))


def on(*include: PagePattern, but: tuple[PagePattern, ...] = ()) -> Reach:
    """Everybody on some pages."""
    return Reach(Pages(include, but), EVERYBODY)


WIDE = Between(2000, None)
WIDTH, QUERY, DATA, PATH = Field.WIDTH, Field.QUERY, Field.DATA, Field.PATH


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NOBODY, EVERYBODY),
        (asks(Field.DEVICE, OneOf(("mobile", "tablet"))), asks(Field.DEVICE, OneOf(("desktop",)))),
        (asks(WIDTH, Between(None, 500)), asks(WIDTH, Between(501, None))),
        (asks(WIDTH, Between(0, 100_000)), Not(asks(WIDTH, Between(-5, 200_000)))),
        (asks(QUERY, OneOf(("a",)), "q"), asks(QUERY, OneOf(("b",)), "q")),
        (asks(QUERY, Exists(), "q"), Not(asks(QUERY, Exists(), "q"))),
        (asks(QUERY, Contains("a"), "q"), Not(asks(QUERY, Exists(), "q"))),
        (asks(DATA, Between(None, 4), "total"), asks(DATA, Between(5, None), "total")),
        (asks(PATH, Matches("^/a")), asks(PATH, Matches("^/b"))),
        (asks(Field.HOUR, OneOf(("9",))), asks(Field.HOUR, Between(10, 20))),
        (asks(Field.LANGUAGE, OneOf(("pt",))), asks(Field.LANGUAGE, OneOf(("de", "en")))),
        (asks(Field.COUNTRY, OneOf(("DE",))), Not(asks(Field.COUNTRY, Matches("^D")))),
        (Not(asks(Field.VISITOR, OneOf(("new",)))), Not(asks(Field.VISITOR, OneOf(("returning",))))),
    ],
)
def test_audiences_that_exclude_each_other_are_disjoint(one: Condition, other: Condition) -> None:
    assert isinstance(verdict(one, other), Disjoint)
    assert isinstance(verdict(All((one, other))), Disjoint)
    assert isinstance(verdict(AnyOf((NOBODY, All((other, one))))), Disjoint)


def test_a_witness_has_what_is_asked_for_and_a_newcomers_rest() -> None:
    met = verdict(
        All((asks(Field.LANGUAGE, OneOf(("pt",))), asks(QUERY, Matches("^[0-9]{2}$"), "id"), asks(WIDTH, WIDE))),
        All((Not(asks(Field.LANGUAGE, OneOf(("pt-BR",)))), asks(Field.COOKIE, Contains("&"), "plan"))),
    )
    assert isinstance(met, Meet)
    assert met.witness.url == "https://shop.example/?id=00"
    assert (met.witness.language, met.witness.width, met.witness.cookies) == ("pt", 2000, {"plan": "&"})
    assert (met.witness.device, met.witness.visitor) == ("desktop", "new")
    assert met.asked == ("cookie.plan", "language", "query.id", "width")


def test_pages_are_compared_by_path_host_scheme_and_query() -> None:
    site = Meetings(("shop.example", "*.shop.example"), "UTC")
    apart = [
        (on(PathPattern("/a/*")), on(PathPattern("/b/*"))),
        (on(UrlPattern("https://shop.example/*")), on(UrlPattern("http://shop.example/*"))),
        (on(UrlPattern("https://a.shop.example/*")), on(UrlPattern("https://b.shop.example/*"))),
        (on(PathPattern("/a*"), but=(PathPattern("/a/*"),)), on(RegexPattern("^/a/b"))),
        (on(RegexPattern("^/[a-c]+$")), on(RegexPattern("[0-9]"))),
        (on(but=(PathPattern("*"), PathPattern("/*"))), on()),
        (on(QueryPattern(PathPattern("/a"), (("q", "1"),))), on(QueryPattern(PathPattern("/a"), (("q", "2"),)))),
    ]
    assert all(isinstance(site.judge(one, other), Disjoint) for one, other in apart)
    met = site.judge(on(UrlPattern("https://*/a/*")), on(QueryPattern(PathPattern("/*/b"), (("q", "ä & 1"),))))
    assert isinstance(met, Meet)
    assert met.witness.url == "https://shop.example/a/b?q=%C3%A4%20%26%201"


def test_a_witness_is_at_home_where_it_can_be() -> None:
    site = Meetings(("*.shop.example",), "UTC")
    assert _url(site, on(), on()) == "https://a.shop.example/"
    assert _url(site, on(UrlPattern("http://*:8080/x")), on()) == "http://a.shop.example:8080/x"
    assert _url(site, on(UrlPattern("https://other.example/x")), on()) == "https://other.example/x"


def _url(site: Meetings, one: Reach, other: Reach) -> str:
    met = site.judge(one, other)
    assert isinstance(met, Meet)
    return met.witness.url


def test_a_layer_and_a_schedule_keep_experiments_apart() -> None:
    site = Meetings((), "UTC")
    everybody = Pages(), EVERYBODY
    assert isinstance(site.judge(Reach(*everybody, layer="home"), Reach(*everybody, layer="home")), Disjoint)
    assert isinstance(site.judge(Reach(*everybody, layer="home"), Reach(*everybody, layer="other")), Meet)
    assert isinstance(site.judge(Reach(*everybody, Span(None, 5)), Reach(*everybody, Span(5, None))), Disjoint)
    met = site.judge(Reach(*everybody, Span(None, 6)), Reach(*everybody, Span(5, None)))
    assert isinstance(met, Meet)
    assert met.witness.now == 5


def test_hours_and_weekdays_are_looked_for_within_the_schedule() -> None:
    hour = MARCH_29 + 60
    assert moment(Span(hour, None), (2,), EVERY_DAY, "Europe/Berlin") == Moment(MARCH_29 + 24 * 60, 2, 1)
    assert moment(Span(hour, hour + 60), (2,), EVERY_DAY, "Europe/Berlin") is None
    assert moment(Span(hour, None), (2,), (7,), "Europe/Berlin") == Moment(MARCH_29 + 7 * 24 * 60, 2, 7)
    assert moment(Span(hour + 7, hour + 8), EVERY_HOUR, EVERY_DAY, "Asia/Kathmandu") == Moment(hour + 7, 6, 7)
    assert moment(Span(None, 100), EVERY_HOUR, (3,), "UTC") is not None
    assert moment(ALWAYS, (), EVERY_DAY, "UTC") is None


def test_a_minute_is_told_by_the_sites_clock() -> None:
    assert clock(MARCH_29 + 60, "Europe/Berlin") == "2026-03-29T03:00"


def test_a_comparison_ends_after_so_many_steps_and_says_so() -> None:
    hard = on(*(RegexPattern(f"a.{{20}}{c}.*[^{c}]$") for c in "bcdefgh"))
    other = on(RegexPattern("^/[^y]{60,90}$"), but=tuple(RegexPattern(f"{c}.{{18}}a") for c in "ijklmnop"))
    found = Meetings((), "UTC").judge(hard, other)
    assert isinstance(found, Unknown | Meet)
    spent = Meetings((), "UTC", Effort(50)).judge(hard, other)
    assert spent == Unknown("comparing their conditions takes too many steps")


def test_a_thousand_alternatives_come_to_an_end() -> None:
    fields = [AnyOf(tuple(asks(DATA, OneOf((str(i),)), f"x{n}") for i in range(20))) for n in range(200)]
    one = All((*fields, asks(Field.DEVICE, OneOf(("mobile",)))))
    assert isinstance(verdict(one, asks(Field.DEVICE, OneOf(("desktop",)))), Disjoint | Unknown)
