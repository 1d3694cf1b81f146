"""What the crowd did, counted visitor by visitor, is what the reports say, whatever the network loses."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from itertools import combinations_with_replacement, pairwise
from pathlib import Path

import pytest

from domain.names import GoalKey, VariationKey
from domain.report import Days, ExperimentCounts
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.store import open_store
from leadbright.demo import history
from leadbright.demo.browser import World, calendar
from leadbright.demo.crowd import DAY, Crowd, Pulse
from leadbright.demo.history import Clock, past_relay, replay
from leadbright.demo.letters import Answer, Letter
from leadbright.demo.live import keep_memory, take_memory
from leadbright.demo.oracle import Achievement, Arm, Oracle, Outcome, Sighting, Viewing
from leadbright.plan_file import read_plan
from tests.leadbright.shop_world import ORIGIN, LossyNetwork, artifact, caps, digest, published, shop

NOON = 20_780 * DAY + 12 * 60
EVER = Days(0, 100_000)


def outcome_of(counts: ExperimentCounts) -> Outcome:
    """A report in the oracle's words."""
    exposed: Counter[VariationKey] = Counter()
    for day in counts.arm_days:
        exposed[day.variation] += day.exposed
    arms: dict[tuple[VariationKey, GoalKey], Arm] = {}
    for goal_day in counts.goal_days:
        key, sums = (goal_day.variation, goal_day.goal), goal_day.sums
        old = arms.get(key, Arm())
        arms[key] = Arm(
            old.converted + sums.n,
            old.count + sums.conversions,
            old.total + sums.total,
            old.squares + sums.squares,
        )
    return Outcome(exposed, arms)


async def test_the_report_equals_the_oracle_though_a_quarter_of_all_answers_is_lost(tmp_path: Path) -> None:
    oracle, crowd, clock, network = Oracle(), Crowd("test"), Clock(NOON), LossyNetwork(letters=0.1, answers=0.15)
    counts = f"sqlite://{tmp_path}/counts.db"
    async with past_relay(counts, tmp_path / "journal", published, clock) as relay:
        plan = shop().plan
        await replay(crowd, plan, digest(), ORIGIN, relay, clock, 25, oracle.note, network.before)
    assert crowd.expired == 0
    assert network.lost_letters > 100
    assert network.lost_answers > 100

    store = await open_store(counts)
    reporter = Reporter(store)
    try:
        for experiment in plan.experiments:
            told = await reporter.experiment(plan.site, experiment.run, EVER)
            assert outcome_of(told) == oracle.outcome(experiment.run, experiment.goals, caps())
        last = calendar(plan.timezone)(NOON)
        days = range(last - 16, last + 1)
        for first, final in combinations_with_replacement(days, 2):
            traffic = await reporter.traffic(plan.site, Days(first, final))
            assert traffic.visitors == oracle.footfall(first, final).visitors, (first, final)
        traffic, walked = await reporter.traffic(plan.site, EVER), oracle.footfall(EVER.first, EVER.last)
        assert (traffic.sessions, traffic.views, traffic.bounces) == (walked.sessions, walked.views, walked.bounces)
        book = await reporter.total_book()
        assert book.accepted == book.counted + book.duplicate
        assert book.duplicate > 50
    finally:
        await store.close()


async def still(_: int) -> None:
    """Turns no clock."""


async def told(seed: str, a_day: int = 12) -> tuple[str, Oracle]:
    """A digest of everything that a crowd sends, and what it did."""
    sent = hashlib.sha256()
    oracle = Oracle()

    async def post(letter: Letter) -> Answer:
        sent.update(letter.nonce.encode() + letter.body + letter.sender.user_agent.encode())
        return Answer.KEPT

    plan = shop().plan
    world = World(plan, digest(), ORIGIN, calendar(plan.timezone), post, oracle.note)
    await Crowd(seed).relive(world, NOON - history.DAYS * DAY, NOON, a_day, still)
    return sent.hexdigest(), oracle


async def test_the_same_seed_is_the_same_crowd() -> None:
    assert (await told("a"))[0] == (await told("a"))[0]
    assert (await told("a"))[0] != (await told("b"))[0]


async def test_the_crowd_has_every_kind_of_visitor() -> None:
    _, oracle = await told("kinds", 40)
    kinds = Counter(type(d) for deeds in oracle.deeds.values() for d in deeds)
    viewings = [[d for d in deeds if isinstance(d, Viewing)] for deeds in oracle.deeds.values()]
    days = [{v.day for v in each} for each in viewings]
    assert sum(len(d) > 1 for d in days) > 50, "some come back another day"
    assert any(a == b for each in viewings for a, b in pairwise(each)), "some have two tabs"
    assert len(set(oracle.countries.values())) > 5
    assert min(kinds[Viewing], kinds[Sighting], kinds[Achievement]) > 50


async def test_what_nobody_acknowledges_waits_and_is_told_in_the_end() -> None:
    away, oracle, kept = True, Oracle(), set()

    async def post(letter: Letter) -> Answer:
        if away:
            return Answer.LOST
        kept.add(letter.nonce)
        return Answer.KEPT

    plan = shop().plan
    world = World(plan, digest(), ORIGIN, calendar(plan.timezone), post, oracle.note)
    crowd = Crowd("away")
    await crowd.live(lambda: world, lambda: NOON * 60.0, Pulse(a_second=1e6, hurry=1e9, visits=30))
    assert len(crowd.unsettled) == 30
    assert not await crowd.settle(world, NOON)
    away = False
    assert await crowd.settle(world, NOON)
    assert len(kept) >= 30


def test_a_published_plan_is_read_back_as_it_was_compiled() -> None:
    assert read_plan(artifact("config.json").body) == shop().plan


async def test_those_who_will_come_back_are_remembered_once(tmp_path: Path) -> None:
    plan = shop().plan

    async def post(_: Letter) -> Answer:
        return Answer.KEPT

    crowd = Crowd("memory")
    world = World(plan, digest(), ORIGIN, calendar(plan.timezone), post, Oracle().note)
    await crowd.relive(world, NOON - DAY, NOON, 50, still)
    assert crowd.agenda
    keep_memory(tmp_path / "crowd.json", crowd.agenda)
    assert take_memory(tmp_path / "crowd.json") == crowd.agenda
    assert take_memory(tmp_path / "crowd.json") == {}


CASES: Mapping[str, tuple[list[Viewing | Sighting | Achievement], int, tuple[int, int, int, int]]] = {
    "a conversion before the exposure does not count": (
        [Achievement(GoalKey("g"), 5), Sighting("x", "v"), Achievement(GoalKey("g"), 7)],  # type: ignore[arg-type]
        0,
        (1, 1, 7, 49),
    ),
    "a visitor's total is squared, not each amount": (
        [Sighting("x", "v"), Achievement(GoalKey("g"), 3), Achievement(GoalKey("g"), 4)],  # type: ignore[arg-type]
        0,
        (1, 2, 7, 49),
    ),
    "a total is cut off at the cap": (
        [Sighting("x", "v"), Achievement(GoalKey("g"), 30), Achievement(GoalKey("g"), 40)],  # type: ignore[arg-type]
        50,
        (1, 2, 50, 2500),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_oracle_counts_one_row_a_visitor(case: str) -> None:
    deeds, cap, expected = CASES[case]
    oracle = Oracle()
    for deed in deeds:
        oracle.note(1, "DE", deed)
    goal = GoalKey("g")
    outcome = oracle.outcome("x", [goal], {goal: cap})  # type: ignore[arg-type]
    assert outcome.arms == {("v", goal): Arm(*expected)}
