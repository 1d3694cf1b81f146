"""What an operator asks for now and then: tables brought up to date, and what an experiment has shown.

May not know how a report is shown on a page.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cdn_publish.layout import Environment, Place
from cdn_publish.target import TargetError
from config_compiler.compiler import Checked, check_site
from config_compiler.source import Source
from domain.experiment import Experiment, Pages, Status, Variation
from domain.names import ExperimentKey, GoalKey, SiteKey
from domain.plan import Plan
from domain.report import Days
from ingest_grpc.aggregator.store import open_store as open_counts
from ingest_grpc.wire.channel import open_channel
from ingest_grpc.wire.ports import UnavailableError as CountsUnavailableError
from ingest_grpc.wire.report import MAX_DAYS, ReportClient
from leadbright.plan_file import read_plan
from leadbright.settings import Settings
from leadbright.wiring.clock import now_ms
from leadbright.wiring.published import reading, target_of
from web.analysis.estimate import Estimate, Refusal
from web.analysis.result import Arm, Comparison, GoalResult, Measure, Result, analyse
from web.analysis.verdict import Conclusion
from web.database import UnavailableError
from web.store import open_store

DAY_MS = 86_400_000

CONCLUDED: dict[Conclusion, str] = {
    Conclusion.NOBODY: "Nobody has seen it.",
    Conclusion.UNEVEN: "Visitors are not split as planned: find out why before anything else.",
    Conclusion.EARLY: "Too early to say.",
    Conclusion.BETTER: "{variation} is better than the first.",
    Conclusion.WORSE: "{variation} is worse than the first.",
    Conclusion.UNDECIDED: "No difference is certain yet.",
}


class TroubleError(Exception):
    """Why it can't be done, in one line for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An experiment as it is judged, and those of its goals that are worth an amount."""

    experiment: Experiment
    valued: frozenset[GoalKey]


async def migrate_databases(settings: Settings) -> None:
    """Open both databases, which brings their tables up to date. Raises TroubleError."""
    async with _in_one_line():
        await (await open_store(settings.database, time.time, os.urandom)).close()
        await (await open_counts(settings.counts)).close()


async def report(settings: Settings, site: SiteKey, key: ExperimentKey) -> Result:
    """What an experiment has shown so far. Raises TroubleError."""
    async with _in_one_line():
        asked = await _as_defined(settings, site, key) or await _as_published(settings, site, key)
        if asked is None:
            raise TroubleError(f'neither a definition nor a release of "{site}" has an experiment "{key}"')
        today = now_ms() // DAY_MS
        channel = open_channel([str(address) for address in settings.aggregator])
        async with channel:
            # A day more: somewhere it is tomorrow already.
            counts = await ReportClient(channel).experiment(site, key, Days(today + 2 - MAX_DAYS, today + 1))
        return analyse(asked.experiment, asked.valued, counts)


def written(result: Result) -> str:
    """A result for a terminal."""
    lines = [f"{key:<12} {exposed:>9,} visitors" for key, exposed in result.exposed]
    for goal in result.goals:
        lines += ["", f"{goal.goal} ({goal.role.value}, {goal.measure.value})", *_arms(goal)]
    verdict = result.verdict
    said = CONCLUDED[verdict.conclusion].format(variation=verdict.variation)
    return "\n".join([*lines, "", f"{said} {verdict.conclusion.value}"])


@asynccontextmanager
async def _in_one_line() -> AsyncIterator[None]:
    try:
        yield
    except (UnavailableError, CountsUnavailableError, TargetError, OSError, ValueError) as error:
        raise TroubleError(str(error)) from error


async def _as_defined(settings: Settings, site: SiteKey, key: ExperimentKey) -> Asked | None:
    store = await open_store(settings.database, time.time, os.urandom)
    try:
        found = await store.definition(site)
    finally:
        await store.close()
    checked = None if found is None else check_site(Source(found.files))
    if not isinstance(checked, Checked):
        return None
    valued = frozenset(goal.key for goal in checked.site.goals if goal.value is not None)
    return next((Asked(x, valued) for x in checked.site.experiments if x.key == key), None)


async def _as_published(settings: Settings, site: SiteKey, key: ExperimentKey) -> Asked | None:
    body = await reading(target_of(settings))(Place(Environment.PRODUCTION, site).pointer("config.json"))
    return None if body is None else _as_planned(read_plan(body), key)


def _as_planned(plan: Plan, key: ExperimentKey) -> Asked | None:
    valued = frozenset(goal.key for goal in plan.goals if goal.property)
    for x in plan.experiments:
        if x.key == key:
            primary, *others = x.goals
            arms = tuple(Variation(arm.key, arm.weight) for arm in x.arms)
            return Asked(
                Experiment(key, key, "", Status.RUNNING, Pages(), x.traffic, primary, tuple(others), (), arms), valued
            )
    return None


def _arms(goal: GoalResult) -> Iterator[str]:
    for arm in goal.arms:
        parts = [f"{arm.variation:<12} {arm.sums.n:>9,} converted", _estimate(arm.estimate, goal.measure)]
        yield "  " + "   ".join([*parts, *_comparison(arm)])


def _comparison(arm: Arm) -> Iterator[str]:
    match arm.comparison:
        case Comparison(_, relative, chance):
            yield f"{_estimate(relative, Measure.RATE)} against the first"
            yield f"{chance:.1%} to win"
        case Refusal() as refusal:
            yield refusal.value


def _estimate(estimate: Estimate | Refusal, measure: Measure) -> str:
    if isinstance(estimate, Refusal):
        return estimate.value
    numbers = (estimate.value, estimate.low, estimate.high)
    value, low, high = (f"{n:.2%}" if measure is Measure.RATE else f"{n / 100:.2f}" for n in numbers)
    return f"{value} [{low}, {high}]"
