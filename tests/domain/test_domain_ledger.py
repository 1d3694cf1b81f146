"""What a visitor's ledger reports adds up to a table with one row a visitor, without that table."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.beacon import Converted, Exposed, Standing, Visited
from domain.experiment import WHOLE
from domain.ledger import Ledger, Source, convert, expose, minor_units, view, visit
from domain.names import GoalKey, RunName, SiteKey, VariationKey
from domain.plan import Arm, Plan, PlannedExperiment, PlannedGoal
from domain.site import Consent
from domain.tally import Sums, conversion

HERO, BOLD, PURCHASE = RunName("hero"), VariationKey("bold"), GoalKey("purchase")

PLAN = Plan(
    site=SiteKey("shop"),
    relay="http://127.0.0.1",
    timezone="UTC",
    consent=Consent.NONE,
    honour=(),
    cookie_domains=(),
    goals=(PlannedGoal(PURCHASE, "event", "purchase", "amount", 2),),
    experiments=(PlannedExperiment(HERO, (), (), WHOLE, (PURCHASE,), (Arm(BOLD, WHOLE),)),),
)


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("last", "today", "reported"),
    [
        (None, "2026-11-24", Visited(0, 3)),
        ("2026-11-23", "2026-11-24", Visited(1, 0)),
        ("2026-10-24", "2026-11-24", Visited(31, 0)),
        ("2026-10-23", "2026-11-24", Visited(32, 0)),
        ("2026-09-30", "2026-10-01", Visited(1, 1)),
        ("2026-12-31", "2027-01-01", Visited(1, 3)),
        ("2026-11-24", "2026-11-24", None),
        ("2026-11-25", "2026-11-24", None),
    ],
)
def test_a_day_is_reported_once_with_its_gap(last: str | None, today: str, reported: Visited | None) -> None:
    ledger = Ledger("0123abcd", day("2026-01-01"), last_day=None if last is None else day(last))
    after, entries = visit(ledger, day(today))
    assert entries == (() if reported is None else (reported,))
    assert after.last_day == (day(today) if reported else ledger.last_day)


@given(st.lists(st.sets(st.integers(0, 99)), max_size=40), st.integers(0, 99), st.integers(0, 31))
def test_unique_visitors_of_any_month_follow_from_the_gaps(visit_days: list[set[int]], first: int, length: int) -> None:
    last = first + length
    gaps: dict[int, Counter[int]] = defaultdict(Counter)
    for days in visit_days:
        ledger = Ledger("00000000", 0)
        for today in sorted(days):
            ledger, entries = visit(ledger, today)
            for entry in entries:
                assert isinstance(entry, Visited)
                gaps[today][entry.gap] += 1
    counted = sum(
        n for today in range(first, last + 1) for gap, n in gaps[today].items() if gap == 0 or gap > today - first
    )
    assert counted == sum(any(first <= d <= last for d in days) for days in visit_days)


@given(
    st.lists(st.lists(st.integers(-5_000, 100_000), max_size=12), max_size=30),
    st.sampled_from([0, 1, 50_000]),
)
def test_conversions_add_up_to_one_row_a_visitor(histories: list[list[int]], cap: int) -> None:
    sums = Sums()
    for amounts in histories:
        ledger, _ = expose(Ledger("00000000", 0), HERO, BOLD)
        for amount in amounts:
            ledger, (entry,) = convert(ledger, PLAN, PURCHASE, amount)
            assert isinstance(entry, Converted)
            (standing,) = entry.standings
            new = conversion(standing.count, standing.total, amount, cap)
            sums = Sums(*(a + b for a, b in zip(sums, new, strict=True)))
    rows = [min(sum(a), cap) if cap else sum(a) for a in histories if a]
    assert sums == Sums(
        n=len(rows),
        conversions=sum(map(len, histories)),
        total=sum(rows),
        squares=sum(r * r for r in rows),
    )


def test_a_conversion_before_exposure_counts_for_the_site_alone() -> None:
    ledger, (entry,) = convert(Ledger("00000000", 0), PLAN, PURCHASE, 100)
    assert entry == Converted(PURCHASE, 0, 0, (), 100)
    ledger, _ = expose(ledger, HERO, BOLD)
    ledger, (entry,) = convert(ledger, PLAN, PURCHASE, 50)
    assert isinstance(entry, Converted)
    assert (entry.count, entry.total) == (1, 100)
    assert [(s.count, s.total) for s in entry.standings] == [(0, 0)]


def test_phases_are_counted_apart_and_only_the_present_one_on() -> None:
    second = RunName("hero#2")
    later = replace(PLAN, experiments=(replace(PLAN.experiments[0], run=second),))
    ledger, _ = expose(Ledger("00000000", 0), HERO, BOLD)
    ledger, _ = convert(ledger, PLAN, PURCHASE, 100)
    ledger, seen = expose(ledger, second, VariationKey("control"))
    assert seen == (Exposed(second, VariationKey("control")),)
    ledger, (entry,) = convert(ledger, later, PURCHASE, 50)
    assert entry == Converted(PURCHASE, 1, 100, (Standing(second, VariationKey("control"), 0, 0),), 50)
    # A page that has kept the older plan: it counts for the phase that it shows, from where that one stood.
    assert expose(ledger, HERO, BOLD) == (ledger, ())
    ledger, (entry,) = convert(ledger, PLAN, PURCHASE, 25)
    assert entry == Converted(PURCHASE, 2, 150, (Standing(HERO, BOLD, 1, 100),), 25)


def test_a_session_ends_after_half_an_hour_of_silence() -> None:
    here, there = Source("a.example"), Source("b.example")
    ledger, first = view(Ledger("00000000", 0), 1000, here)
    ledger, second = view(ledger, 1029, there)
    ledger, third = view(ledger, 1058, there)
    assert (len(first), len(second), len(third)) == (2, 1, 1)
    assert ledger.session is not None
    assert ledger.session.source == here
    ledger, fourth = view(ledger, 1088, there)
    assert len(fourth) == 2
    assert ledger.session is not None
    assert ledger.session.source == there


@pytest.mark.parametrize(
    ("amount", "digits", "minor"),
    [(49.99, 2, 4999), (0.1 + 0.2, 2, 30), (1200, 0, 1200), (1.005, 2, 100), (-49.99, 2, -4999), (-0.005, 2, 0)],
)
def test_amounts_become_minor_units(amount: float, digits: int, minor: int) -> None:
    assert minor_units(amount, digits) == minor
