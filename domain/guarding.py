"""Whether a release breaks its site: what was counted since it went live against what was counted before.

Events are taken as Poisson: their number in `n` trials has the mean `rate × n`. Given how many there were in all, those
since are then binomial, which makes the test of a ratio of two rates exact and free of the rates themselves
(J. Przyborowski and H. Wilenski, Homogeneity of results in testing samples from Poisson series, Biometrika 31, 1940,
313-323). Where a rate must also pass a floor, both tests must reject (R. L. Berger, Multiparameter hypothesis testing
and acceptance sampling, Technometrics 24, 1982, 295-300).

It is looked again and again while counts come in. The chance `ALPHA` of giving up a sound release is spent in equal
parts on every look and every series (K. K. G. Lan and D. L. DeMets, Discrete sequential boundaries for clinical trials,
Biometrika 70, 1983, 659-663), so that it holds however looks and series hang together. May not know how counts are read
or what is done about a release.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter

from domain.experiment import WHOLE
from domain.health import ArmName, HealthCounts, HealthTable, OpName
from domain.plan import Arm, Plan, PlannedExperiment
from domain.tails import binomial_at_least, binomial_at_most, poisson_at_least

ALPHA = 0.001
"""Of a thousand sound releases, one at most is taken for broken."""

LEAST = 25
"""Events there must be, or where they fail to come, would have had to be: no single visitor decides."""


class Symptom(Enum):
    """What shows that a release breaks its site."""

    ERRORS = "an op fails"
    MISSES = "an op finds no element"
    GOAL = "a goal is reached less"
    ARM = "a goal is reached less by a variation's visitors than by the first's"


@dataclass(frozen=True, slots=True)
class Borne:
    """What is no reason yet: `factor` times the rate before (below 1: the least that is left of it), and `floor`."""

    factor: float
    floor: float
    """Events a trial that are borne whatever there was before."""
    said: str
    trials: str
    before: str


BORNE: dict[Symptom, Borne] = {
    Symptom.ERRORS: Borne(2.0, 0.005, "failed", "page views", "before"),
    Symptom.MISSES: Borne(2.0, 0.05, "found no element", "page views", "before"),
    Symptom.GOAL: Borne(0.5, 0.0, "was reached", "page views", "before"),
    Symptom.ARM: Borne(0.5, 0.0, "was reached", "visitors", "by the first variation's"),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many events in so many trials; trials are not whole where only a share of the views is meant."""

    events: int
    trials: float


@dataclass(frozen=True, slots=True)
class Series:
    """One thing that is watched: what it is, and its rates before and since."""

    symptom: Symptom
    what: str
    before: Rate
    since: Rate


@dataclass(frozen=True, slots=True)
class Broken:
    """A series that a sound release would show with a chance of `chance` at most."""

    series: Series
    chance: float


def judge(series: Sequence[Series], looks: int) -> Broken | None:
    """The series that speaks most against the release, where it is past the bar; `looks` are all there will be."""
    if not series:
        return None
    worst = min((Broken(each, chance(each)) for each in series), key=attrgetter("chance"))
    return worst if worst.chance <= ALPHA / (looks * len(series)) else None


def chance(series: Series) -> float:
    """The chance of such counts in a release of which no more is true than is borne."""
    if series.since.trials <= 0.0:
        return 1.0
    borne = BORNE[series.symptom]
    return _chance_of_more(borne, series) if borne.factor >= 1.0 else _chance_of_fewer(borne, series)


def _chance_of_more(borne: Borne, series: Series) -> float:
    events = series.since.events
    if events < LEAST:
        return 1.0
    beyond_floor = poisson_at_least(events, borne.floor * series.since.trials)
    if series.before.trials <= 0.0:  # what was not there before is held to the floor alone
        return beyond_floor
    risen = binomial_at_least(events, series.before.events + events, _share_since(borne, series))
    return max(beyond_floor, risen)


def _chance_of_fewer(borne: Borne, series: Series) -> float:
    before, since = series.before, series.since
    if before.trials <= 0.0 or borne.factor * before.events / before.trials * since.trials < LEAST:
        return 1.0
    return binomial_at_most(since.events, before.events + since.events, _share_since(borne, series))


def _share_since(borne: Borne, series: Series) -> float:
    """The share of all events that would have come since, were the rate just what is borne."""
    expected = borne.factor * series.since.trials
    return expected / (series.before.trials + expected)


def series_of(was: Plan | None, plan: Plan, before: HealthCounts, since: HealthCounts) -> tuple[Series, ...]:
    """Everything about `plan` that is watched, however little was counted yet; `was` is what was live before it."""
    past, present = HealthTable(before), HealthTable(since)
    return (
        *(each for x in plan.experiments for arm in x.arms for each in _ops(was, x, arm, past, present)),
        *_goals(was, plan, past, present),
        *(each for x in plan.experiments for each in _arms(was, x, present)),
    )


def _ops(was: Plan | None, x: PlannedExperiment, arm: Arm, past: HealthTable, present: HealthTable) -> Iterator[Series]:
    """Faults of each op against the worst of its variation before: ops have other numbers once one is added."""
    name = ArmName(x.run, arm.key)
    views, views_before = present.views * _share(x, arm), past.views * _share_before(was, name)
    for number, op in enumerate(arm.ops):
        what = f"{op.kind} {op.selector} of {x.run}/{arm.key}".replace("  ", " ")
        for symptom, fault in ((Symptom.ERRORS, attrgetter("errors")), (Symptom.MISSES, attrgetter("misses"))):
            count = fault(present.op(OpName(*name, number)))
            yield Series(symptom, what, Rate(past.worst(name, fault), views_before), Rate(count, views))


def _goals(was: Plan | None, plan: Plan, past: HealthTable, present: HealthTable) -> Iterator[Series]:
    """Goals that mean what they meant before, by page view."""
    for goal in plan.goals:
        if was is not None and goal in was.goals:
            before, since = Rate(past.converted(goal.key), past.views), Rate(present.converted(goal.key), present.views)
            yield Series(Symptom.GOAL, goal.key, before, since)


def _arms(was: Plan | None, x: PlannedExperiment, present: HealthTable) -> Iterator[Series]:
    """Goals of each variation that is new or another, against what the first variation's visitors do meanwhile.

    Visitors take their time from a page to a goal, so that a new variation cannot be held to an old one's past.
    """
    control, *others = (ArmName(x.run, arm.key) for arm in x.arms)
    known = {ArmName(old.run, arm.key): arm for old in (was.experiments if was else ()) for arm in old.arms}
    for name, arm in zip(others, x.arms[1:], strict=True):
        old = known.get(name)
        if old is not None and (old.ops, old.css, old.redirect) == (arm.ops, arm.css, arm.redirect):
            continue
        for goal in x.goals:
            theirs = Rate(present.converted(goal, control), present.exposed(control))
            own = Rate(present.converted(goal, name), present.exposed(name))
            yield Series(Symptom.ARM, f"{goal} by {x.run}/{arm.key}", theirs, own)


def _share(x: PlannedExperiment, arm: Arm) -> float:
    """The share of all visitors to whom a variation is shown, if every page were the experiment's."""
    taking_part = x.layer.end - x.layer.start if x.layer else x.traffic
    return taking_part / WHOLE * arm.weight / WHOLE


def _share_before(was: Plan | None, name: ArmName) -> float:
    if was is None:
        return 0.0
    return sum(_share(x, arm) for x in was.experiments for arm in x.arms if (x.run, arm.key) == name)


def sentence(broken: Broken) -> str:
    """Why a release is given up, for the release log."""
    series, borne = broken.series, BORNE[broken.series.symptom]
    since, before = (f"{r.events:,} times in {r.trials:,.0f} {borne.trials}" for r in (series.since, series.before))
    return f"{series.what} {borne.said} {since}, {borne.before} {before} (chance {broken.chance:.0e})"
