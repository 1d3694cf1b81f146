"""The results of one experiment: the verdict in words, its course, every goal in every variation, the split.

May not know how a number is computed; `analysis` says.
"""

from __future__ import annotations

from dataclasses import dataclass

from sanic import Request
from sanic.response import HTTPResponse

from domain.experiment import Experiment
from domain.names import GoalKey
from domain.report import Days, ExperimentCounts
from domain.site import Site
from web.analysis.estimate import Estimate
from web.analysis.history import history
from web.analysis.result import Arm, Comparison, GoalResult, Measure, Result, Role, analyse
from web.analysis.split import Split
from web.analysis.totals import days_counted, within
from web.definitions import Meaning
from web.desk import Desk, framed
from web.pages.site import LONGEST_DAYS
from web.plot import Plot, draw
from web.services import Unavailable
from web.spelling import Spelling, spelling, valued_goals
from web.told import Told, tell
from web.words import day_at, day_number

ROLES = {Role.PRIMARY: "Primary goal", Role.SECONDARY: "Secondary goal", Role.GUARDRAIL: "Guardrail"}
QUICK_DAYS = (7, 14, 28)


@dataclass(frozen=True, slots=True)
class Table:
    """One goal's rate or amount in every variation."""

    goal: GoalResult
    words: Spelling
    reach: float
    """How far from zero the intervals of the differences go, relative ones first; what their small drawings span."""

    @property
    def is_amount(self) -> bool:
        """Whether it is about money."""
        return self.goal.measure is Measure.AMOUNT


@dataclass(frozen=True, slots=True)
class GoalCard:
    """One goal: what it is to the experiment, and its tables."""

    goal: GoalKey
    role: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The days that are shown, and those that could be."""

    shown: Days
    whole: Days
    links: tuple[tuple[str, Days], ...]

    @property
    def begins_late(self) -> bool:
        """Whether visitors exposed before the range may convert within it."""
        return self.shown.first > self.whole.first


@dataclass(frozen=True, slots=True)
class View:
    """Everything on the page."""

    site: Site
    experiment: Experiment
    result: Result
    told: Told
    range: Range | None
    plot: Plot | None
    plotted: Spelling
    goals: tuple[GoalCard, ...]
    split: Split | str

    @property
    def visitors(self) -> int:
        """Everybody who saw one of the variations in these days."""
        return sum(n for _, n in self.result.exposed)

    @property
    def leader(self) -> Arm | None:
        """The arm that the verdict is about."""
        about = self.result.verdict.variation
        return next((arm for arm in self.result.primary.arms if arm.variation == about), None)


async def show(desk: Desk, request: Request, site: str, experiment: str) -> HTTPResponse:
    """The results page."""
    entry = await desk.site(site)
    meaning = await desk.definitions.meaning(entry) if entry else None
    found = _experiment(meaning, experiment)
    if entry is None or meaning is None or found is None:
        return desk.renderer.refusal(404, framed(request))
    page = framed(
        request,
        (meaning.site.name, f"/sites/{entry.key}"),
        (found.name, f"/sites/{entry.key}/experiments/{found.key}"),
    )
    today = day_at(desk.services.clock(), meaning.site.timezone)
    counts = await desk.services.reports.experiment(entry.key, found.run, Days(today - LONGEST_DAYS, today))
    if isinstance(counts, Unavailable):
        return desk.renderer.page("results_unavailable.html", page, status=503, experiment=found, why=counts.why)
    asked = day_number(request.args.get("from", "")), day_number(request.args.get("to", ""))
    return desk.renderer.page(
        "results.html",
        page,
        entry=entry,
        view=view(meaning.site, found, counts, asked),
    )


def view(site: Site, experiment: Experiment, counts: ExperimentCounts, asked: tuple[int | None, int | None]) -> View:
    """What the page shows of these counts, between the days asked for."""
    days = choose_days(days_counted(counts), asked)
    shown = within(counts, days.shown) if days else counts
    result = analyse(experiment, valued_goals(site), shown)
    primary = result.primary
    plotted = spelling(site, primary.goal, primary.measure)
    courses = history(experiment, primary.goal, primary.measure, shown, days.shown) if days else ()
    return View(
        site=site,
        experiment=experiment,
        result=result,
        told=tell(site, experiment, result),
        range=days,
        plot=draw(courses, days.shown, experiment.variations[0].key) if days else None,
        plotted=plotted,
        goals=tuple(_card(site, result, goal) for goal in dict.fromkeys(g.goal for g in result.goals)),
        split=result.split if isinstance(result.split, Split) else result.split.value,
    )


def choose_days(counted: Days | None, asked: tuple[int | None, int | None]) -> Range | None:
    """The days asked for, held within those that were counted; all of them where none were asked for."""
    if counted is None:
        return None
    first = counted.first if asked[0] is None else min(max(asked[0], counted.first), counted.last)
    last = counted.last if asked[1] is None else min(max(asked[1], first), counted.last)
    length = counted.last - counted.first + 1
    quick = [(f"Last {n} days", Days(counted.last - n + 1, counted.last)) for n in QUICK_DAYS if n < length]
    return Range(Days(first, last), counted, (("Whole experiment", counted), *quick))


def _experiment(meaning: Meaning | None, key: str) -> Experiment | None:
    return next((x for x in meaning.site.experiments if x.key == key), None) if meaning else None


def _card(site: Site, result: Result, key: GoalKey) -> GoalCard:
    measured = [goal for goal in result.goals if goal.goal == key]
    return GoalCard(key, ROLES[measured[0].role], tuple(_table(site, goal) for goal in measured))


def _table(site: Site, goal: GoalResult) -> Table:
    ends = [abs(end) for arm in goal.arms for end in _ends(arm)]
    return Table(goal, spelling(site, goal.goal, goal.measure), max(ends, default=1.0) or 1.0)


def _ends(arm: Arm) -> tuple[float, ...]:
    if isinstance(arm.comparison, Comparison) and isinstance(arm.comparison.relative, Estimate):
        return (arm.comparison.relative.low, arm.comparison.relative.high)
    return ()
