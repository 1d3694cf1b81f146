"""Counts from differences are those of a table with one row a visitor, exactly, for any visitors and any range."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.beacon import Admitted
from domain.names import SiteKey, VariationKey
from domain.report import Days, ExperimentCounts
from domain.tally import Sums
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.constants import DAY_MS
from ingest_grpc.aggregator.reports import EXACT_DAYS, Reporter
from ingest_grpc.wire.frame import Epoch, Status
from tests.aggregator import visitors
from tests.aggregator.traces import DAY, Clock, Journal, nonce
from tests.aggregator.visitors import ARMS, GOALS, Visitor

LAST = 80
NEW_YEAR = 38
"""The first day of 2027, counted from DAY."""
ALWAYS_EXACT = ((0, LAST), (NEW_YEAR, LAST), (NEW_YEAR, NEW_YEAR + 35))
"""All that was counted; a year, or a quarter, since it began."""

_sites = itertools.count()

crowds = st.lists(visitors.visitors, min_size=1, max_size=5)


async def _count(aggregator: Aggregator, clock: Clock, crowd: Sequence[Visitor], data: st.DataObject) -> SiteKey:
    """Have a new site count a crowd, some of it twice, through two relays that take turns."""
    site = SiteKey(f"site-{next(_sites)}")
    beacons = [beacon for someone in crowd for beacon in visitors.reported(someone, site, DAY)]
    journals = [Journal(Epoch(name, nonce()), clock) for name in ("relay-1", "relay-2")]
    repeats: list[Admitted] = []
    for day, today in itertools.groupby(sorted(beacons, key=lambda b: b.day), key=lambda b: b.day):
        clock.now_ms = day * DAY_MS + DAY_MS // 2
        new = data.draw(st.permutations(list(today)))
        again = [b for b in repeats if b.day >= day - 1]
        for journal, some in ((journals[0], [*again, *new[::2]]), (journals[1], [*new[1::2], *new[:2]])):
            journal.seal(*some)
            reply = await aggregator.commit(journal.epoch, journal.frames[-1:])
            assert reply.status is Status.OK
        repeats = new[:3]
    return site


def _summed(counts: ExperimentCounts) -> tuple[dict[str, int], dict[tuple[str, str], Sums]]:
    arms: dict[str, int] = {}
    for arm in counts.arm_days:
        arms[arm.variation] = arms.get(arm.variation, 0) + arm.exposed
    goals: dict[tuple[str, str], Sums] = {}
    for goal in counts.goal_days:
        key = (goal.variation, goal.goal)
        goals[key] = Sums(*map(sum, zip(goals.get(key, Sums()), goal.sums, strict=True)))
    return arms, goals


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(crowds, st.data())
async def test_counts_are_those_of_a_table_with_one_row_a_visitor(
    aggregator: Aggregator, reporter: Reporter, clock: Clock, crowd: list[Visitor], data: st.DataObject
) -> None:
    site = await _count(aggregator, clock, crowd, data)
    await _experiments_agree(reporter, site, crowd)
    await _traffic_agrees(reporter, site, crowd)
    for _ in range(8):
        first = data.draw(st.integers(0, LAST))
        await _visitors_agree(reporter, site, crowd, first, data.draw(st.integers(first, LAST)))
    for first, last in ALWAYS_EXACT:
        await _visitors_agree(reporter, site, crowd, first, last)
        assert (await reporter.traffic(site, Days(DAY + first, DAY + last))).visitors_exact
    await _books_agree(reporter, site, crowd)


async def _experiments_agree(reporter: Reporter, site: SiteKey, crowd: Sequence[Visitor]) -> None:
    table = [visitors.row_of(someone) for someone in crowd]
    for experiment, arms in ARMS.items():
        seen, reached = _summed(await reporter.experiment(site, experiment, Days(DAY, DAY + LAST)))
        for arm in map(VariationKey, arms):
            assert seen.get(arm, 0) == visitors.exposed(table, experiment, arm)
            for goal in GOALS[experiment]:
                assert reached.get((arm, goal), Sums()) == visitors.conversions(table, experiment, arm, goal)


async def _visitors_agree(reporter: Reporter, site: SiteKey, crowd: Sequence[Visitor], first: int, last: int) -> None:
    """Exact up to 32 days; above that at least as many as there were."""
    counts = await reporter.traffic(site, Days(DAY + first, DAY + last))
    true = visitors.uniques(crowd, first, last)
    assert counts.visitors_exact or last - first >= EXACT_DAYS
    assert counts.visitors == true if counts.visitors_exact else counts.visitors >= true


async def _traffic_agrees(reporter: Reporter, site: SiteKey, crowd: Sequence[Visitor]) -> None:
    counts = await reporter.traffic(site, Days(DAY, DAY + LAST))
    sessions = [session for someone in crowd for day in someone.days.values() for session in day]
    assert counts.sessions == len(sessions)
    assert counts.views == sum(len(session.pages) for session in sessions)
    assert counts.bounces == sum(len(session.pages) == 1 for session in sessions)
    days = sorted({day for someone in crowd for day in someone.days})
    assert [(day.day, day.visitors) for day in counts.days] == [
        (DAY + day, sum(day in someone.days for someone in crowd)) for day in days
    ]
    breakdowns = {b.dimension: dict(b.rows) for b in counts.breakdowns}
    views = [(v.country, f"/{n}") for v in crowd for d in v.days.values() for s in d for n in range(len(s.pages))]
    assert breakdowns["country"] == {c: n for c in ("DE", "AT") if (n := sum(v[0] == c for v in views))}
    assert breakdowns["page"] == {p: n for p in ("/0", "/1", "/2") if (n := sum(v[1] == p for v in views))}


async def _books_agree(reporter: Reporter, site: SiteKey, crowd: Sequence[Visitor]) -> None:
    """A beacon for each page, each counted once, and every repeat a duplicate."""
    books = (await reporter.books(site, 0, 10**9)).values()
    pages = sum(len(s.pages) for someone in crowd for d in someone.days.values() for s in d)
    assert sum(book.counted for book in books) == pages
    assert all(book.accepted == book.counted + book.duplicate for book in books)
