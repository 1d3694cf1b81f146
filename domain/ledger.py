"""A visitor's own account, kept in the visitor's browser: what was already counted, so that nobody else need know.

The reference for the snippet's `ledger.ts` (shared vectors) and what the demo's crowd carries. Pure: each step
takes a ledger and returns the next one with the entries to report. May not know about cookies, locks or outboxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from domain.beacon import (
    FIRST_THIS_QUARTER,
    FIRST_THIS_YEAR,
    LONG_GAP,
    Converted,
    Entry,
    Exposed,
    Happened,
    SessionStarted,
    Standing,
    Viewed,
    Visited,
)
from domain.names import EventName, GoalKey, RunName, VariationKey
from domain.plan import Plan, PlannedGoal

SESSION_MINUTES = 30
"""A silence of this length ends a session."""

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Reached:
    """How often a goal was reached and what it was worth so far, in minor units."""

    count: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """Where a session came from: referring host, and the UTM source, medium and campaign."""

    referrer: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """The visit in progress."""

    minute: int
    """When the visitor last did something, in minutes since 1970-01-01 UTC."""
    views: int
    """Page views so far, 2 standing for all above; none where the first page sent its visitor on."""
    source: Source


@dataclass(frozen=True, slots=True)
class Exposure:
    """A variation that the visitor has seen, and the goals reached since."""

    variation: VariationKey
    goals: Mapping[GoalKey, Reached] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything remembered of one visitor."""

    seed: str
    """8 lower-case hex digits; decides the variations and never leaves the browser."""
    created_day: int
    last_day: int | None = None
    session: Session | None = None
    goals: Mapping[GoalKey, Reached] = field(default_factory=dict)
    exposures: Mapping[RunName, Exposure] = field(default_factory=dict)

    @property
    def assigned(self) -> dict[RunName, VariationKey]:
        """The variations that the visitor keeps."""
        return {run: exposure.variation for run, exposure in self.exposures.items()}


Step = tuple[Ledger, tuple[Entry, ...]]


def visit(ledger: Ledger, day: int) -> Step:
    """Report the first page of a site-local day; a clock that went back reports nothing."""
    last = ledger.last_day
    if last is not None and day <= last:
        return ledger, ()
    gap = 0 if last is None else min(day - last, LONG_GAP)
    quarter_is_new = last is None or _quarter(last) != _quarter(day)
    year_is_new = last is None or _year(last) != _year(day)
    bits = FIRST_THIS_QUARTER * quarter_is_new | FIRST_THIS_YEAR * year_is_new
    return replace(ledger, last_day=day), (Visited(gap, bits),)


def view(ledger: Ledger, minute: int, source: Source) -> Step:
    """Report a page view, and a session where none is in progress; `source` is where that one would come from."""
    session = ledger.session
    if session is None or not 0 <= minute - session.minute < SESSION_MINUTES:
        begun = replace(ledger, session=Session(minute, 1, source))
        return begun, (SessionStarted(), Viewed())
    going_on = replace(session, minute=minute, views=2 if session.views else 1)
    return replace(ledger, session=going_on), (Viewed(second=session.views == 1),)


def expose(ledger: Ledger, run: RunName, variation: VariationKey) -> Step:
    """Report a variation seen; a visitor is exposed to a run once and keeps what it was.

    Earlier runs of the experiment stay in the ledger: a page that still knows one, or a release that brings it back,
    finds it as it was, and counts nobody twice.
    """
    if run in ledger.exposures:
        return ledger, ()
    exposures = {**ledger.exposures, run: Exposure(variation)}
    return replace(ledger, exposures=exposures), (Exposed(run, variation),)


def convert(ledger: Ledger, plan: Plan, goal: GoalKey, amount: int = 0) -> Step:
    """Report a goal reached, with its standing in each run of the plan that is judged by it.

    Standings come in the order of the plan's experiments.
    """
    before = ledger.goals.get(goal, Reached())
    standings = []
    exposures = dict(ledger.exposures)
    for experiment in plan.experiments:
        exposure = exposures.get(experiment.run)
        if exposure is None or goal not in experiment.goals:
            continue
        then = exposure.goals.get(goal, Reached())
        standings.append(Standing(experiment.run, exposure.variation, then.count, then.total))
        exposures[experiment.run] = replace(exposure, goals={**exposure.goals, goal: _more(then, amount)})
    after = replace(ledger, goals={**ledger.goals, goal: _more(before, amount)}, exposures=exposures)
    return after, (Converted(goal, before.count, before.total, tuple(standings), amount),)


def happen(ledger: Ledger, name: EventName) -> Step:
    """Report an event; goals that it reaches are reported by `convert`."""
    return ledger, (Happened(name),)


def minor_units(amount: float, digits: int) -> int:
    """An amount such as 49.99 in its currency's minor unit, halves rounded towards plus infinity as browsers do."""
    scaled = amount * 10**digits + 0.5
    return int(scaled // 1)


def goals_of_event(plan: Plan, name: EventName) -> tuple[PlannedGoal, ...]:
    """The goals that an event of this name reaches."""
    return tuple(g for g in plan.goals if g.trigger == "event" and g.what == name)


def _more(reached: Reached, amount: int) -> Reached:
    return Reached(reached.count + 1, reached.total + amount)


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def _year(day: int) -> int:
    return _date(day).year


def _quarter(day: int) -> tuple[int, int]:
    when = _date(day)
    return when.year, (when.month - 1) // 3
