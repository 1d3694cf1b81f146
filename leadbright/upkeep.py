"""What an operator asks for now and then: tables brought up to date, and what an experiment has shown.

May not know how a report is shown on a page.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cdn_publish.history import DamagedError
from cdn_publish.target import TargetError
from domain.names import ExperimentKey, GoalKey, SiteKey
from domain.report import Days
from ingest_grpc.aggregator.store import open_store as open_counts
from ingest_grpc.wire.ports import UnavailableError as CountsUnavailableError
from ingest_grpc.wire.report import MAX_DAYS, ReportClient
from leadbright.asked import Money, as_defined, as_published
from leadbright.papers import aggregator_channel
from leadbright.settings import Settings
from leadbright.wiring.clock import now_ms
from leadbright.wiring.published import target_of
from web.analysis.estimate import Estimate, Refusal
from web.analysis.result import Arm, Comparison, Measure, Result, analyse
from web.analysis.verdict import Conclusion
from web.database import UnavailableError
from web.store import open_store
from web.words import money

DAY_MS = 86_400_000

CONCLUDED: dict[Conclusion, str] = {
    Conclusion.NOBODY: "Nobody has seen it.",
    Conclusion.UNEVEN: "Visitors are not split as planned: find out why before anything else.",
    Conclusion.EARLY: "Too early to say.",
    Conclusion.BETTER: "{variation} is better than the first.",
    Conclusion.WORSE: "{variation} is worse than the first.",
    Conclusion.UNDECIDED: "No difference is certain yet.",
}


Say = Callable[[float], str]


class TroubleError(Exception):
    """Why it can't be done, in one line for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an experiment has shown, and how the amounts of its goals are written."""

    result: Result
    valued: Mapping[GoalKey, Money]


async def migrate_databases(settings: Settings) -> None:
    """Open both databases, which brings their tables up to date. Raises TroubleError."""
    async with _in_one_line():
        await (await open_store(settings.database, time.time, os.urandom)).close()
        await (await open_counts(settings.counts)).close()


async def report(settings: Settings, site: SiteKey, key: ExperimentKey, phase: int | None = None) -> Report:
    """What an experiment has shown so far, in its present phase where none is given. Raises TroubleError."""
    async with _in_one_line():
        asked = await as_defined(settings.database, site, key, phase)
        asked = asked or await as_published(target_of(settings), site, key, phase)
        if asked is None:
            sought = f'an experiment "{key}"' + (f" in phase {phase}" if phase else "")
            raise TroubleError(f'neither a definition nor a release of "{site}" has {sought}')
        today = now_ms() // DAY_MS
        channel = aggregator_channel(settings)
        async with channel:
            # A day more: somewhere it is tomorrow already.
            counts = await ReportClient(channel).experiment(
                site, asked.experiment.run, Days(today + 2 - MAX_DAYS, today + 1)
            )
        return Report(analyse(asked.experiment, asked.valued.keys(), counts), asked.valued)


def written(report: Report) -> str:
    """A report for a terminal."""
    result = report.result
    lines = [f"phase {result.phase}: earlier ones are counted apart", ""] if result.phase > 1 else []
    lines += [f"{key:<12} {exposed:>9,} visitors" for key, exposed in result.exposed]
    for goal in result.goals:
        say = _share if goal.measure is Measure.RATE else _amount(report.valued[goal.goal])
        lines += ["", f"{goal.goal} ({goal.role.value}, {goal.measure.value})", *(_arm(arm, say) for arm in goal.arms)]
    verdict = result.verdict
    said = CONCLUDED[verdict.conclusion].format(variation=verdict.variation)
    return "\n".join([*lines, "", f"{said} {verdict.conclusion.value}"])


@asynccontextmanager
async def _in_one_line() -> AsyncIterator[None]:
    try:
        yield
    except (UnavailableError, CountsUnavailableError, TargetError, DamagedError, OSError, ValueError) as error:
        raise TroubleError(str(error)) from error


def _arm(arm: Arm, say: Say) -> str:
    parts = [f"{arm.variation:<12} {arm.sums.n:>9,} converted", _estimate(arm.estimate, say), *_comparison(arm)]
    return "  " + "   ".join(dict.fromkeys(parts))  # a refusal of both the value and its comparison is said once


def _comparison(arm: Arm) -> Iterator[str]:
    match arm.comparison:
        case Comparison(_, relative, chance):
            against = " against the first" if isinstance(relative, Estimate) else ""
            yield f"{_estimate(relative, _share)}{against}"
            yield f"{chance:.1%} to win"
        case Refusal() as refusal:
            yield refusal.value


def _estimate(estimate: Estimate | Refusal, say: Say) -> str:
    if isinstance(estimate, Refusal):
        return estimate.value
    return f"{say(estimate.value)} [{say(estimate.low)}, {say(estimate.high)}]"


def _share(share: float) -> str:
    return f"{share:.2%}"


def _amount(written_as: Money) -> Say:
    return lambda minor: money(minor, written_as.digits, written_as.currency).rstrip()
