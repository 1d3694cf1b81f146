"""What visitors of a site load now, read from where it is published, to be compared with what is about to be.

May not know what is compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from cdn_publish.history import DamagedError
from cdn_publish.layout import Environment, Place
from cdn_publish.release import read, releases
from cdn_publish.target import Target
from domain.names import SiteKey
from domain.plan import Plan
from leadbright.plan_file import read_plan


@dataclass(frozen=True, slots=True)
class LiveRelease:
    """The newest release: its number, 0 where there is none, and then no plan either."""

    number: int
    plan: Plan | None


class UnreadablePlanError(DamagedError):
    """The log is whole, but the plan of its newest release cannot be read."""


async def live_release(target: Target, environment: Environment, site: SiteKey) -> LiveRelease:
    """What is live. Raises TargetError, DamagedError for the log and UnreadablePlanError for the plan."""
    release = (await releases(target, environment, site)).history.live
    if release is None:
        return LiveRelease(0, None)
    path = Place(environment, site).body(release.digest, "config.json")
    body = await read(target, path)
    if body is None:
        raise UnreadablePlanError(f"{path} is missing")
    try:
        return LiveRelease(release.number, read_plan(body))
    except ValueError as error:
        raise UnreadablePlanError(f"{path} is not a plan of this version of Leadbright") from error
