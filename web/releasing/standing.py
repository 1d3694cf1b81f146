"""How a site stands in one environment: what is live, whether its experiments are off, and what would bring them back.

May not know how a page shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.names import ExperimentKey, SiteKey
from web.releasing.contents import Contents
from web.services import Environment, Publisher, Release, ReleaseLog, Unavailable


@dataclass(frozen=True, slots=True)
class Standing:
    """`log` is empty where nothing was ever published, and `why` says why nothing can be said."""

    environment: Environment
    log: ReleaseLog
    running: tuple[ExperimentKey, ...] = ()
    returning: Release | None = None
    """Where experiments were switched off, the release that brings them back."""
    why: str = ""

    @property
    def live(self) -> Release | None:
        """The newest release."""
        return self.log.live


async def standing(publisher: Publisher, contents: Contents, environment: Environment, site: SiteKey) -> Standing:
    """Read it."""
    log = await publisher.log(environment, site)
    if isinstance(log, Unavailable):
        return Standing(environment, ReleaseLog(), why=log.why)
    if log.live is None:
        return Standing(environment, log)
    running = await _running(contents, environment, site, log.live)
    before = next((r for r in reversed(log.releases) if r.digest != log.live.digest), None)
    if running or log.live.revision:  # what was switched off was compiled from no revision
        return Standing(environment, log, running)
    had = await _running(contents, environment, site, before) if before else ()
    return Standing(environment, log, running, before if had else None)


async def _running(
    contents: Contents, environment: Environment, site: SiteKey, release: Release
) -> tuple[ExperimentKey, ...]:
    side = await contents.side(environment, site, release.digest)
    return () if isinstance(side, Unavailable) else tuple(x.key for x in side.plan.experiments)
