"""Traces by setting: from a batch in the relay to the transaction in the aggregator, at a collector's door."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from ingest_grpc.wire.trace import FACTS, Kind, Place, Span
from leadbright import readiness, tracing
from leadbright.readiness import until_ready
from leadbright.tracing import MOST_AT_ONCE, MOST_KEPT, request_of, traced
from tests.leadbright.test_leadbright_relay_workers import RULES, post, publish, settings_of
from tests.leadbright.test_leadbright_up import PATIENCE_S, running
from tests.relay.parts import soon
from tests.services.collector import collecting, facts

FORWARD, COMMIT, TRANSACTION = (
    "leadbright-relay/forward frames",
    "leadbright-aggregator/commit frames",
    "leadbright-aggregator/transaction",
)


def span(**said: int | str) -> Span:
    """One that ended."""
    return Span("work", Kind.INTERNAL, Place(b"t" * 16, b"s" * 8), None, 1, 2, facts=dict(said))


async def test_a_batch_is_one_trace_from_relay_to_transaction(tmp_path: Path) -> None:
    with collecting() as collector:
        settings = settings_of(
            tmp_path, LEADBRIGHT_TRACES=collector.url, LEADBRIGHT_RELAY_PROOF="off", LEADBRIGHT_RELAY_NAME="north"
        )
        publish(settings, RULES)
        async with running(settings, "aggregator"), running(settings, "relay"):
            assert await until_ready(readiness.over_grpc(settings.aggregator_listen), PATIENCE_S)
            assert await until_ready(readiness.over_http(settings.relay_listen), PATIENCE_S)
            assert await post(settings, 20) == 20
            await soon(lambda: _beacons(collector.spans().get(FORWARD, [])) == 20)
            await soon(lambda: len(collector.spans()[FORWARD]) <= len(collector.spans().get(TRANSACTION, [])))
        found = collector.spans()
        assert set(found) == {FORWARD, COMMIT, TRANSACTION}
        for forward in found[FORWARD]:
            (commit,) = (each for each in found[COMMIT] if each.parent_span_id == forward.span_id)
            (transaction,) = (each for each in found[TRANSACTION] if each.parent_span_id == commit.span_id)
            assert forward.trace_id == commit.trace_id == transaction.trace_id
            assert (forward.parent_span_id, facts(transaction)) == (b"", {})
            assert facts(forward) == facts(commit)
            assert (facts(forward)["leadbright.status"], facts(forward)["leadbright.relay"]) == ("ok", "north")
            assert forward.start_time_unix_nano < transaction.end_time_unix_nano <= time.time_ns()
            assert set(facts(forward)) < set(FACTS)
        told = b"".join(collector.bodies)
        assert b"203.0.113" not in told
        assert b"shop" not in told


def _beacons(forwards: list) -> int:  # type: ignore[type-arg]
    return sum(int(facts(each)["leadbright.beacons"]) for each in forwards)


def test_what_is_not_on_the_list_is_not_said() -> None:
    said = {"leadbright.frames": 2, "leadbright.status": 7, "page": "/p", "leadbright.site": "shop"}
    told = request_of("relay", [span(**said)])  # type: ignore[arg-type]
    assert "'/p'" not in str(told)
    assert "shop" not in str(told)
    assert "'attributes': [{'key': 'leadbright.frames', 'value': {'intValue': '2'}}]" in str(told)


async def test_without_a_setting_there_is_no_tracer() -> None:
    async with traced("relay", "") as tracer:
        assert tracer is None


async def test_a_stop_sends_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "PERIOD_S", 3_600.0)
    with collecting() as collector:
        async with traced("relay", collector.url) as tracer:
            assert tracer is not None
            for _ in range(MOST_AT_ONCE + 5):
                with tracer.span("work"):
                    pass
        assert len(collector.spans()["leadbright-relay/work"]) == MOST_AT_ONCE + 5
        assert len(collector.requests) == 2


@pytest.mark.parametrize("away", [True, False])
async def test_a_collector_that_takes_nothing_costs_spans_alone(monkeypatch: pytest.MonkeyPatch, away: bool) -> None:
    monkeypatch.setattr(tracing, "PERIOD_S", 0.01)
    with collecting() as collector:
        collector.status = 503
        async with traced("relay", "http://127.0.0.1:9" if away else collector.url) as tracer:
            assert tracer is not None
            for _ in range(3 * MOST_KEPT):
                with tracer.span("work"):
                    pass
            if not away:
                await soon(lambda: len(collector.bodies) > 1)
                collector.status = 200
                with tracer.span("after"):
                    pass
                await soon(lambda: "leadbright-relay/after" in collector.spans())
            await asyncio.sleep(0)
