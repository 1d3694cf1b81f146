"""Reports over real gRPC: questions arrive, answers come back whole, and wrong questions are refused by their field."""

from __future__ import annotations

import grpc
import pytest
from grpc import aio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.health import ArmCounts, ArmName, GoalCounts, HealthCounts, OpCounts, OpName
from domain.names import RunName, SiteKey
from domain.report import (
    ArmDay,
    Breakdown,
    Days,
    ExperimentCounts,
    GoalDay,
    LiveCounts,
    TrafficCounts,
    TrafficDay,
)
from domain.tally import Sums
from ingest_grpc.wire.leadbright.v1 import report_pb2 as pb
from ingest_grpc.wire.leadbright.v1 import report_pb2_grpc as rpc
from ingest_grpc.wire.report import MAX_DAYS, ReportClient
from tests.wire.servers import Counted, channel_to

SHOP, HERO = SiteKey("shop"), RunName("hero")
NO_TRAFFIC = TrafficCounts(0, True, 0, 0, 0, (), ())
NOTHING = ExperimentCounts((), ())

numbers = st.integers(-(2**63), 2**63 - 1)
days = st.integers(-(2**31), 2**31 - 1)
keys = st.sampled_from(["bold", "control", "signup"])
sums = st.builds(Sums, numbers, numbers, numbers, st.integers(-(2**103), 2**103))
experiments = st.builds(
    ExperimentCounts,
    st.lists(st.builds(ArmDay, days, keys, numbers), max_size=3).map(tuple),
    st.lists(st.builds(GoalDay, days, keys, keys, sums), max_size=3).map(tuple),
)
rows = st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), numbers), max_size=3).map(tuple)
traffics = st.builds(
    TrafficCounts,
    numbers,
    st.booleans(),
    numbers,
    numbers,
    numbers,
    st.lists(st.builds(TrafficDay, days, numbers, numbers, numbers), max_size=3).map(tuple),
    st.lists(st.builds(Breakdown, keys, rows), max_size=3).map(tuple),
)
arm_names = st.builds(ArmName, keys, keys)
healths = st.builds(
    HealthCounts,
    numbers,
    st.lists(
        st.builds(OpCounts, st.builds(OpName, keys, keys, st.integers(0, 999)), numbers, numbers, numbers), max_size=3
    ).map(tuple),
    st.lists(st.builds(ArmCounts, arm_names, numbers), max_size=3).map(tuple),
    st.lists(st.builds(GoalCounts, keys, st.none() | arm_names, numbers), max_size=3).map(tuple),
)
lives = st.lists(st.builds(LiveCounts, numbers, numbers, numbers, numbers), max_size=4)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(experiments, traffics, lives, healths)
async def test_answers_come_back_as_they_were(
    experiment: ExperimentCounts, traffic: TrafficCounts, live: list[LiveCounts], health: HealthCounts
) -> None:
    reports = Counted(experiment, traffic, live, health)
    async with channel_to(reports=reports) as channel:
        client = ReportClient(channel)
        assert await client.experiment(SHOP, HERO, Days(1, 9)) == experiment
        assert await client.traffic(SHOP, Days(2, 2)) == traffic
        assert [counts async for counts in client.live(SHOP)] == live
        assert await client.health(SHOP, Days(3, 4)) == health
    assert reports.asked == [(SHOP, HERO, Days(1, 9)), (SHOP, Days(2, 2)), SHOP, (SHOP, Days(3, 4))]


DAYS = pb.Days(first=1, last=2)
REFUSED: list[tuple[str, pb.ExperimentRequest | pb.TrafficRequest | pb.LiveRequest | pb.HealthRequest, str]] = [
    ("Experiment", pb.ExperimentRequest(site="No", experiment="hero", days=DAYS), "site"),
    ("Experiment", pb.ExperimentRequest(site="shop", experiment="%", days=DAYS), "experiment"),
    ("Experiment", pb.ExperimentRequest(site="shop", experiment="hero", days=pb.Days(first=2, last=1)), "days.last"),
    ("Traffic", pb.TrafficRequest(site="", days=DAYS), "site"),
    ("Traffic", pb.TrafficRequest(site="shop", days=pb.Days(first=0, last=MAX_DAYS)), "days"),
    ("Live", pb.LiveRequest(site="a/b"), "site"),
    ("Health", pb.HealthRequest(site="", days=DAYS), "site"),
    ("Health", pb.HealthRequest(site="shop", days=pb.Days(first=2, last=1)), "days.last"),
]


@pytest.mark.parametrize(("method", "request_", "field"), REFUSED)
async def test_a_wrong_question_is_an_invalid_argument_that_names_the_field(
    method: str, request_: pb.LiveRequest, field: str
) -> None:
    async with channel_to(reports=Counted(NOTHING, NO_TRAFFIC, [])) as channel:
        call = getattr(rpc.ReportServiceStub(channel), method)(request_, timeout=5)
        with pytest.raises(aio.AioRpcError) as raised:
            await (call.read() if method == "Live" else call)
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (raised.value.details() or "").startswith(f"{field}: ")
