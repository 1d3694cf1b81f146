"""What stands behind the web's protocols here: reports over gRPC, and the scripts that its pages load.

May not know what a page shows of them.
"""

from __future__ import annotations

from collections.abc import Awaitable
from importlib.resources import files
from typing import TypeVar

from domain.names import RunName, SiteKey
from domain.report import Days, ExperimentCounts, TrafficCounts
from ingest_grpc.wire.ports import UnavailableError
from ingest_grpc.wire.report import Reports
from web.services import Unavailable

_NO_ANSWER = Unavailable("the aggregator doesn't answer; what was counted is safe")

V = TypeVar("V")


class AnsweredReports:
    """Reports of an aggregator, whose silence is a value."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    async def experiment(self, site: SiteKey, run: RunName, days: Days) -> ExperimentCounts | Unavailable:
        """One run of an experiment over these days."""
        return await _answered(self._reports.experiment(site, run, days))

    async def traffic(self, site: SiteKey, days: Days) -> TrafficCounts | Unavailable:
        """One site over these days."""
        return await _answered(self._reports.traffic(site, days))


def load_htmx() -> bytes:
    """The library behind checking as you type, as the snippet's build left it; empty where it did not."""
    try:
        return (files("snippet") / "dist" / "vendor" / "htmx.js").read_bytes()
    except (ModuleNotFoundError, FileNotFoundError):
        return b""


async def _answered(question: Awaitable[V]) -> V | Unavailable:
    try:
        return await question
    except UnavailableError:
        return _NO_ANSWER
