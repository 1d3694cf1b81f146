"""Reports over gRPC: the client that the web holds and the adapter that an aggregator's server mounts.

May not know how counts are stored or shown; both ends speak `Reports`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

import grpc
from grpc import aio

from domain.health import HealthCounts
from domain.names import GoalKey, RunName, SiteKey, VariationKey, is_key, is_run_name
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
from ingest_grpc.wire import errors
from ingest_grpc.wire.health import read_health, write_health
from ingest_grpc.wire.leadbright.v1 import report_pb2 as pb
from ingest_grpc.wire.leadbright.v1 import report_pb2_grpc as rpc
from ingest_grpc.wire.ports import RefusedError, UnavailableError

SERVICE = pb.DESCRIPTOR.services_by_name["ReportService"].full_name

REPORT_DEADLINE_S = 10.0
LIVE_DEADLINE_S = 900.0
"""A live stream ends by itself after this long; whoever still looks asks again."""

MAX_DAYS = 3_660


class Reports(Protocol):
    """Answers questions about what was counted."""

    async def experiment(self, site: SiteKey, run: RunName, days: Days) -> ExperimentCounts:
        """The arms and goals of one run of an experiment, day by day. Raises UnavailableError."""
        ...

    async def traffic(self, site: SiteKey, days: Days) -> TrafficCounts:
        """What happened on a site. Raises UnavailableError."""
        ...

    def live(self, site: SiteKey) -> AsyncIterator[LiveCounts]:
        """What each commit from now on adds to a site's counts. Raises UnavailableError."""
        ...

    async def health(self, site: SiteKey, days: Days) -> HealthCounts:
        """How a site's changes went and which goals were reached. Raises UnavailableError."""
        ...


class ReportClient:
    """An aggregator's reports at the other end of a channel."""

    def __init__(self, channel: aio.Channel) -> None:
        self._stub: rpc.ReportServiceAsyncStub = rpc.ReportServiceStub(channel)

    async def experiment(self, site: SiteKey, run: RunName, days: Days) -> ExperimentCounts:
        """The arms and goals of one run of an experiment, day by day. Raises UnavailableError."""
        request = pb.ExperimentRequest(site=site, experiment=run, days=_days(days))
        try:
            response = await self._stub.Experiment(request, timeout=REPORT_DEADLINE_S)
        except aio.AioRpcError as error:
            raise errors.raised(error) from error
        return ExperimentCounts(
            tuple(ArmDay(a.day, VariationKey(a.variation), a.exposed) for a in response.arm_days),
            tuple(_read_goal_day(g) for g in response.goal_days),
        )

    async def traffic(self, site: SiteKey, days: Days) -> TrafficCounts:
        """What happened on a site. Raises UnavailableError."""
        request = pb.TrafficRequest(site=site, days=_days(days))
        try:
            response = await self._stub.Traffic(request, timeout=REPORT_DEADLINE_S)
        except aio.AioRpcError as error:
            raise errors.raised(error) from error
        return TrafficCounts(
            response.visitors,
            response.visitors_exact,
            response.sessions,
            response.views,
            response.bounces,
            tuple(TrafficDay(d.day, d.visitors, d.sessions, d.views) for d in response.traffic_days),
            tuple(Breakdown(b.dimension, tuple((r.value, r.n) for r in b.rows)) for b in response.breakdowns),
        )

    async def live(self, site: SiteKey) -> AsyncIterator[LiveCounts]:
        """What each commit from now on adds. Ends after LIVE_DEADLINE_S; raises UnavailableError."""
        try:
            async for m in self._stub.Live(pb.LiveRequest(site=site), timeout=LIVE_DEADLINE_S):
                yield LiveCounts(m.visitors, m.views, m.exposures, m.conversions)
        except aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.DEADLINE_EXCEEDED:
                raise errors.raised(error) from error

    async def health(self, site: SiteKey, days: Days) -> HealthCounts:
        """How a site's changes went and which goals were reached. Raises UnavailableError."""
        try:
            response = await self._stub.Health(pb.HealthRequest(site=site, days=_days(days)), timeout=REPORT_DEADLINE_S)
        except aio.AioRpcError as error:
            raise errors.raised(error) from error
        return read_health(response)


class ReportServicer(rpc.ReportServiceServicer):
    """Any `Reports`, mounted on a server."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    async def Experiment(  # noqa: N802
        self, request: pb.ExperimentRequest, context: aio.ServicerContext[Any, Any]
    ) -> pb.ExperimentResponse:
        """One experiment's arms and goals."""
        try:
            site = _site(request.site)
            run = _run(request.experiment)
            counts = await self._reports.experiment(site, run, _read_days(request.days))
        except UnavailableError as error:
            await errors.abort(context, error)
        return pb.ExperimentResponse(
            arm_days=[pb.ArmDay(day=a.day, variation=a.variation, exposed=a.exposed) for a in counts.arm_days],
            goal_days=[_goal_day(g) for g in counts.goal_days],
        )

    async def Traffic(  # noqa: N802
        self, request: pb.TrafficRequest, context: aio.ServicerContext[Any, Any]
    ) -> pb.TrafficResponse:
        """What happened on a site."""
        try:
            counts = await self._reports.traffic(_site(request.site), _read_days(request.days))
        except UnavailableError as error:
            await errors.abort(context, error)
        return pb.TrafficResponse(
            visitors=counts.visitors,
            visitors_exact=counts.visitors_exact,
            sessions=counts.sessions,
            views=counts.views,
            bounces=counts.bounces,
            traffic_days=[
                pb.TrafficDay(day=d.day, visitors=d.visitors, sessions=d.sessions, views=d.views) for d in counts.days
            ],
            breakdowns=[
                pb.Breakdown(dimension=b.dimension, rows=[pb.Row(value=value, n=n) for value, n in b.rows])
                for b in counts.breakdowns
            ],
        )

    async def Live(  # noqa: N802
        self, request: pb.LiveRequest, context: aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[pb.LiveResponse]:
        """What each commit adds."""
        try:
            async for c in self._reports.live(_site(request.site)):
                yield pb.LiveResponse(
                    visitors=c.visitors, views=c.views, exposures=c.exposures, conversions=c.conversions
                )
        except UnavailableError as error:
            await errors.abort(context, error)

    async def Health(  # noqa: N802
        self, request: pb.HealthRequest, context: aio.ServicerContext[Any, Any]
    ) -> pb.HealthResponse:
        """How a site fares."""
        try:
            return write_health(await self._reports.health(_site(request.site), _read_days(request.days)))
        except UnavailableError as error:
            await errors.abort(context, error)


def add_reports(server: aio.Server, reports: Reports) -> None:
    """Mount reports on a server that has not been started."""
    rpc.add_ReportServiceServicer_to_server(ReportServicer(reports), server)


def _days(days: Days) -> pb.Days:
    return pb.Days(first=days.first, last=days.last)


def _read_days(message: pb.Days) -> Days:
    if message.last < message.first:
        raise RefusedError("days.last", "must not be before days.first")
    if message.last - message.first >= MAX_DAYS:
        raise RefusedError("days", f"must be at most {MAX_DAYS} days")
    return Days(message.first, message.last)


def _site(text: str) -> SiteKey:
    return SiteKey(_key("site", text))


def _key(field: str, text: str) -> str:
    if not is_key(text):
        raise RefusedError(field, "must be a key")
    return text


def _run(text: str) -> RunName:
    if not is_run_name(text):
        raise RefusedError("experiment", "must be a key, or a key with # and a phase from 2 on")
    return RunName(text)


def _goal_day(goal: GoalDay) -> pb.GoalDay:
    sums = pb.Sums(
        converted=goal.sums.n,
        count=goal.sums.conversions,
        total=goal.sums.total,
        squares=str(goal.sums.squares),
    )
    return pb.GoalDay(day=goal.day, variation=goal.variation, goal=goal.goal, sums=sums)


def _read_goal_day(message: pb.GoalDay) -> GoalDay:
    m = message.sums
    sums = Sums(m.converted, m.count, m.total, int(m.squares))
    return GoalDay(message.day, VariationKey(message.variation), GoalKey(message.goal), sums)
