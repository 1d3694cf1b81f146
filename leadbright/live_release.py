"""What visitors of a site were dealt by, read from where it is published, to be compared with what is about to be.

May not know what is compared.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from cdn_publish.history import DamagedError, History
from cdn_publish.layout import Environment, Place
from cdn_publish.release import read, releases
from cdn_publish.target import Target
from domain.artifact import Digest
from domain.names import SiteKey
from domain.plan import Plan
from leadbright.plan_file import read_plan

REMEMBERED = 20
"""Contents that are looked at, the live one included: those that `leadbright clean` always leaves."""


@dataclass(frozen=True, slots=True)
class LiveRelease:
    """The newest release: its number, 0 where there is none, and then no plan either.

    The plan also has the experiments that only earlier releases have, each as it ran last: its visitors were dealt
    out, whether it is paused or everything was switched off.
    """

    number: int
    plan: Plan | None


class UnreadablePlanError(DamagedError):
    """The log is whole, but the plan of its newest release cannot be read."""


async def live_release(target: Target, environment: Environment, site: SiteKey) -> LiveRelease:
    """What is live. Raises TargetError, DamagedError for the log and UnreadablePlanError for the plan."""
    history = (await releases(target, environment, site)).history
    if history.live is None:
        return LiveRelease(0, None)
    place = Place(environment, site)
    plan = await plan_of(target, place, history.live.digest)
    ran = {x.key: x for x in plan.experiments}
    before = _contents(history)[1:REMEMBERED]
    for earlier in await asyncio.gather(*(_readable_plan(target, place, digest) for digest in before)):
        if earlier is not None:
            ran = {x.key: x for x in earlier.experiments} | ran
    return LiveRelease(history.live.number, replace(plan, experiments=tuple(ran.values())))


async def _readable_plan(target: Target, place: Place, digest: Digest) -> Plan | None:
    """None where it is of an older version, or cleaned away. Raises TargetError."""
    try:
        return await plan_of(target, place, digest)
    except UnreadablePlanError:
        return None


def _contents(history: History) -> list[Digest]:
    """What was live, newest first, each once."""
    return list(dict.fromkeys(release.digest for release in reversed(history.releases)))


async def plan_of(target: Target, place: Place, digest: Digest) -> Plan:
    """The plan that was released under that digest. Raises TargetError and UnreadablePlanError."""
    path = place.body(digest, "config.json")
    body = await read(target, path)
    if body is None:
        raise UnreadablePlanError(f"{path} is missing")
    try:
        return read_plan(body)
    except ValueError as error:
        raise UnreadablePlanError(f"{path} is not a plan of this version of Leadbright") from error
