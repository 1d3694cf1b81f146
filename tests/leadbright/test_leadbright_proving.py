"""The relay's own site: a view that is counted once is proof, and anything else is said."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from domain.names import is_key
from ingest_grpc.wire.ports import UnavailableError
from ingest_grpc.wire.report import ReportClient
from leadbright import readiness
from leadbright.papers import aggregator_channel
from leadbright.proving import Course, Proof, ProofMetrics, course_of, proof_site, prove, proving
from leadbright.readiness import until_ready
from tests.leadbright.test_leadbright_relay_workers import settings_of
from tests.leadbright.test_leadbright_up import PATIENCE_S, running


def course(*views: int | None, kept: bool = True) -> Course:
    """Reports that say these numbers, the last one for ever; None where there is none to be had."""
    told = list(views)

    async def post() -> bool:
        return kept

    async def count(_: int) -> int:
        now = told.pop(0) if len(told) > 1 else told[0]
        if now is None:
            raise UnavailableError
        return now

    return Course(post, count, lambda: 20_780, patience_s=0.05, look_s=0.001)


COURSES = {
    Proof.COUNTED: course(7, 7, 7, 8),
    Proof.NOT_KEPT: course(7, kept=False),
    Proof.NOT_COUNTED: course(7, 7),
    Proof.MISCOUNTED: course(7, 7, 9),
    Proof.NOT_TOLD: course(7, None),
}


@pytest.mark.parametrize("proof", Proof)
async def test_each_end_of_a_proof(proof: Proof) -> None:
    assert await prove(COURSES[proof]) is proof


async def test_outcomes_are_metrics() -> None:
    registry = CollectorRegistry()

    def proofs(outcome: str) -> float | None:
        return registry.get_sample_value("leadbright_proofs_total", {"outcome": outcome})

    async with proving(course(7, 8, 8), ProofMetrics(registry), period_s=0.0):
        await soon(lambda: _is_more(proofs("counted"), 0) and _is_more(proofs("not_counted"), 0))
    assert proofs("not_kept") == 0
    assert _is_more(registry.get_sample_value("leadbright_proof_seconds"), 0)


def _is_more(number: float | None, than: float) -> bool:
    return number is not None and number > than


async def soon(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""

    async def holds() -> bool:
        return condition()

    wait: Callable[[], Awaitable[bool]] = holds
    assert await until_ready(wait, 10, 0.005)


def test_each_relay_has_a_site_of_its_own() -> None:
    sites = {proof_site(name) for name in ("relay-1", "relay-2", "ü" * 63)}
    assert len(sites) == 3
    assert all(map(is_key, sites))


async def test_a_view_goes_all_the_way_and_is_counted_once(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    async with running(settings, "aggregator"), running(settings, "relay"):
        assert await until_ready(readiness.over_grpc(settings.aggregator_listen), PATIENCE_S)
        assert await until_ready(readiness.over_http(settings.relay_listen), PATIENCE_S)
        async with aggregator_channel(settings) as channel, asyncio.timeout(PATIENCE_S):
            real = course_of(proof_site(settings.relay_name), settings.relay_url, ReportClient(channel))
            assert [await prove(real) for _ in range(3)] == [Proof.COUNTED] * 3
