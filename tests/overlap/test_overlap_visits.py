"""Made-up pairs of experiments, judged by the compiler and by trying visits."""

from __future__ import annotations

from collections import Counter

from config_compiler.overlap.effort import Effort
from config_compiler.overlap.visits import Disjoint, Meet, Meetings, Reach, Unknown
from config_compiler.page_tests import page_test
from domain.names import RunName
from domain.plan import PlannedExperiment
from domain.targeting import on_page
from domain.visits import Visit, meets
from tests.overlap.pairs import DOMAINS, pair, visits

PAIRS = 2_400
SITE = 100
"""Pairs that are judged as one site's."""
VISITS = 120


def planned(reach: Reach) -> PlannedExperiment:
    """As browsers get it."""
    include, exclude = (tuple(map(page_test, pages)) for pages in (reach.pages.include, reach.pages.exclude))
    return PlannedExperiment(
        RunName("x"), include, exclude, 10_000, (), (),
        who=reach.audience, start=reach.span.start, end=reach.span.end,
    )  # fmt: skip


def takes(x: PlannedExperiment, visit: Visit) -> bool:
    """Whether the reference evaluator lets the visit in."""
    started = x.start is None or x.start <= visit.now
    going_on = x.end is None or visit.now < x.end
    return started and going_on and on_page(x, visit.url) and meets(x.who, visit)


def test_no_pair_is_called_disjoint_that_a_visit_meets_and_every_witness_is_in_both() -> None:
    counts: Counter[str] = Counter()
    seen = 0
    for seed in range(PAIRS):
        if seed % SITE == 0:
            site = Meetings(DOMAINS, "UTC", Effort(10**9))
        one, other = pair(seed)
        verdict = site.judge(one, other)
        counts[type(verdict).__name__] += 1
        x, y = planned(one), planned(other)
        match verdict:
            case Meet(witness):
                assert takes(x, witness), (seed, witness)
                assert takes(y, witness), (seed, witness)
            case Disjoint():
                for visit in visits(seed, VISITS):
                    assert not (takes(x, visit) and takes(y, visit)), (seed, visit)
            case Unknown():
                seen += any(takes(x, v) and takes(y, v) for v in visits(seed, VISITS))
    print(f"{PAIRS} pairs: {dict(counts)}; of the unknown ones {seen} meet")
    assert counts["Disjoint"] > PAIRS / 10
    assert counts["Meet"] > PAIRS / 3
    assert counts["Unknown"] < PAIRS / 50
