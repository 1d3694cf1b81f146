"""How a site fares is told from its cells, over the days that are asked for and for that site alone."""

from __future__ import annotations

from domain.beacon import Converted, Exposed, OpReported, Standing, Viewed
from domain.health import ArmCounts, ArmName, GoalCounts, HealthCounts, OpCounts, OpName
from domain.names import GoalKey, RunName, SiteKey, VariationKey
from domain.report import Days
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.wire.frame import Status
from tests.aggregator.traces import DAY, RELAY, SHOP, Clock, Journal, beacon

HERO, BOLD, BUY = RunName("hero#2"), VariationKey("bold"), GoalKey("buy")
ARM = ArmName(HERO, BOLD)


async def test_faults_exposures_and_goals_are_added_up(
    aggregator: Aggregator, reporter: Reporter, clock: Clock
) -> None:
    bought = Converted(BUY, 0, 0, (Standing(HERO, BOLD, 0, 0),))
    journal = Journal(RELAY, clock)
    frame = journal.seal(
        beacon(
            Viewed(), Exposed(HERO, BOLD), OpReported("ok", HERO, BOLD, 0, ms=40), OpReported("miss", HERO, BOLD, 12)
        ),
        beacon(Viewed(), OpReported("error", HERO, BOLD, 0), bought, day=DAY + 1),
        beacon(Viewed(), Converted(BUY, 1, 0), day=DAY - 1),
        beacon(Viewed(), OpReported("error", HERO, BOLD, 0), site="other"),
    )
    assert (await aggregator.commit(RELAY, [frame])).status is Status.OK
    faults = (OpCounts(OpName(*ARM, 0), ok=1, errors=1), OpCounts(OpName(*ARM, 12), misses=1))
    reached = (GoalCounts(BUY, None, 1), GoalCounts(BUY, ARM, 1))
    assert await reporter.health(SHOP, Days(DAY, DAY + 1)) == HealthCounts(2, faults, (ArmCounts(ARM, 1),), reached)
    assert await reporter.health(SHOP, Days(DAY - 1, DAY - 1)) == HealthCounts(1, goals=(GoalCounts(BUY, None, 0),))
    assert await reporter.health(SiteKey("nobody"), Days(DAY, DAY)) == HealthCounts()
