"""One site at a glance: its experiments with how they stand, its traffic, its install line, its last release.

May not know how counts are fetched or how a release is made.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sanic import Request
from sanic.response import HTTPResponse

from domain.experiment import Experiment, Status
from domain.report import Days, TrafficCounts
from domain.site import Site
from web.analysis.estimate import Estimate
from web.analysis.result import Arm, Comparison, Result, analyse
from web.analysis.verdict import Conclusion
from web.bars import Bars, draw_bars
from web.definitions import Meaning
from web.desk import Desk, framed
from web.installing import TRUSTED_TYPES, installing
from web.notices import Notice
from web.services import Environment, Unavailable
from web.spelling import Spelling, spelling, valued_goals
from web.store import SiteEntry
from web.together import together
from web.told import Told, tell
from web.words import day_at

TRAFFIC_DAYS = 14
LONGEST_DAYS = 395
"""How far back an experiment's counts are looked for."""

_ORDER = (Status.RUNNING, Status.PAUSED, Status.DRAFT, Status.STOPPED)
_SHOWN_VALUES = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """How an experiment stands, in numbers and in words."""

    result: Result
    told: Told
    words: Spelling

    @property
    def visitors(self) -> int:
        """Everybody who saw one of its variations."""
        return sum(n for _, n in self.result.exposed)

    @property
    def control(self) -> Arm:
        """The control on the primary goal."""
        return self.result.primary.arms[0]

    @property
    def leader(self) -> Arm | None:
        """The variation with the greatest value on the primary goal; None where none can, or should, be compared."""
        if self.result.verdict.conclusion is Conclusion.UNEVEN:
            return None
        arms = [arm for arm in self.result.primary.arms if isinstance(arm.comparison, Comparison)]
        return max(arms, key=_value_of, default=None)

    def value(self, arm: Arm) -> str:
        """What an arm measures on the primary goal; a dash where that is refused."""
        return self.words.value(arm.estimate.value) if isinstance(arm.estimate, Estimate) else "–"


@dataclass(frozen=True, slots=True)
class Glance:
    """One experiment; `standing` is None where nobody answered."""

    experiment: Experiment
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Traffic:
    """A site's last days."""

    days: Days
    counts: TrafficCounts
    visitors: Bars
    breakdowns: tuple[tuple[str, tuple[tuple[str, int, float], ...]], ...]
    """By name: the greatest values, each with its count and its share of the greatest."""

    @property
    def bounce_rate(self) -> float | None:
        """Share of sessions with one page view."""
        return self.counts.bounces / self.counts.sessions if self.counts.sessions else None


async def show(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """The site's own page."""
    entry = await desk.site(site)
    if entry is None:
        return desk.renderer.refusal(404, framed(request))
    meaning = await desk.definitions.meaning(entry)
    release = await desk.services.publisher.live(entry.key)
    address = f"{desk.services.cdn_base}/{Environment.PRODUCTION}/{entry.key}/lb.js"
    glances, traffic = await asyncio.gather(_glances(desk, entry, meaning), _traffic(desk, entry, meaning))
    return desk.renderer.page(
        "site.html",
        framed(request, (meaning.site.name if meaning else entry.key, f"/sites/{entry.key}")),
        entry=entry,
        meaning=meaning,
        glances=glances,
        traffic=traffic,
        release=None if isinstance(release, Unavailable) else release,
        release_unknown=release.why if isinstance(release, Unavailable) else None,
        installing=installing(entry.key, address, desk.services.deployment.relay_url),
        trusted_types=TRUSTED_TYPES,
        notice=Notice.of(request.args.get("did")),
    )


async def _glances(desk: Desk, entry: SiteEntry, meaning: Meaning | None) -> tuple[Glance, ...]:
    if meaning is None:
        return ()
    ordered = sorted(meaning.site.experiments, key=lambda x: (_ORDER.index(x.status), x.name))
    return tuple(await together(glance(desk, entry, meaning.site, x) for x in ordered))


async def glance(desk: Desk, entry: SiteEntry, site: Site, experiment: Experiment) -> Glance:
    """How one experiment stands, by everything counted so far."""
    today = day_at(desk.services.clock(), site.timezone)
    days = Days(today - LONGEST_DAYS, today)
    counts = await desk.services.reports.experiment(entry.key, experiment.run, days)
    if isinstance(counts, Unavailable):
        return Glance(experiment, None)
    result = analyse(experiment, valued_goals(site), counts)
    words = spelling(site, result.primary.goal, result.primary.measure)
    return Glance(experiment, Standing(result, tell(site, experiment, result), words))


async def _traffic(desk: Desk, entry: SiteEntry, meaning: Meaning | None) -> Traffic | Unavailable | None:
    if meaning is None:
        return None
    today = day_at(desk.services.clock(), meaning.site.timezone)
    days = Days(today - TRAFFIC_DAYS + 1, today)
    counts = await desk.services.reports.traffic(entry.key, days)
    if isinstance(counts, Unavailable):
        return counts
    bars = draw_bars({d.day: d.visitors for d in counts.days}, days)
    shown = tuple((b.dimension, _greatest(b.rows)) for b in counts.breakdowns if b.rows)
    return Traffic(days, counts, bars, shown)


def _greatest(rows: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int, float], ...]:
    most = max(count for _, count in rows)
    return tuple((value, count, count / most if most > 0 else 0.0) for value, count in rows[:_SHOWN_VALUES])


def _value_of(arm: Arm) -> float:
    return arm.estimate.value if isinstance(arm.estimate, Estimate) else float("-inf")
