"""The experiment that a report is asked for: as the web's definition has it, or as it was last published.

May not know what was counted of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

from cdn_publish.layout import Environment, Place
from cdn_publish.release import read, releases
from cdn_publish.target import Target
from config_compiler.compiler import Checked, check_site
from config_compiler.source import Source
from domain.experiment import Experiment, Pages, Status, Variation
from domain.names import ExperimentKey, GoalKey, SiteKey, phase_of
from domain.plan import Plan
from leadbright.plan_file import read_plan
from web.store import open_store


@dataclass(frozen=True, slots=True)
class Money:
    """How the amounts of a goal are written."""

    digits: int
    """Decimal places of the currency's minor unit."""
    currency: str
    """ISO 4217; empty where it is not known, since browsers are not told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An experiment as it is judged, and those of its goals that are worth an amount."""

    experiment: Experiment
    valued: Mapping[GoalKey, Money]


async def as_defined(database: str, site: SiteKey, key: ExperimentKey, phase: int | None = None) -> Asked | None:
    """The experiment of the newest revision in the web's database, if it is in that phase (None: whichever it is in).

    Raises database.UnavailableError.
    """
    store = await open_store(database, time.time, os.urandom)
    try:
        found = await store.definition(site)
    finally:
        await store.close()
    checked = None if found is None else check_site(Source(found.files))
    if not isinstance(checked, Checked):
        return None
    valued = {g.key: Money(g.value.digits, g.value.currency) for g in checked.site.goals if g.value is not None}
    wanted = (x for x in checked.site.experiments if x.key == key and phase in (None, x.phase))
    return next((Asked(x, valued) for x in wanted), None)


async def as_published(target: Target, site: SiteKey, key: ExperimentKey, phase: int | None = None) -> Asked | None:
    """The experiment of the newest release that has it, in that phase where one is given.

    One that is paused or stopped is in older releases alone, and so is a phase that is over.

    Raises TargetError, DamagedError, and ValueError for a plan that cannot be read.
    """
    place = Place(Environment.PRODUCTION, site)
    log = (await releases(target, place.environment, site)).history.releases
    for digest in dict.fromkeys(release.digest for release in reversed(log)):
        body = await read(target, place.body(digest, "config.json"))
        asked = None if body is None else _as_planned(read_plan(body), key, phase)
        if asked is not None:
            return asked
    return None


def _as_planned(plan: Plan, key: ExperimentKey, phase: int | None) -> Asked | None:
    valued = {goal.key: Money(goal.digits, "") for goal in plan.goals if goal.property}
    for x in plan.experiments:
        found = phase_of(x.run)
        if x.key == key and phase in (None, found):
            primary, *others = x.goals
            arms = tuple(Variation(arm.key, arm.weight) for arm in x.arms)
            experiment = Experiment(
                key, key, "", Status.RUNNING, Pages(), x.traffic, primary, tuple(others), (), arms, phase=found
            )
            return Asked(experiment, valued)
    return None
