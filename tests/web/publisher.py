"""A stand-in for whoever publishes: keeps releases in memory, and the protocol of `web.services`.

May not know what a page shows of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from config_compiler.compiler import switch_off
from config_compiler.differences.comparing import Side
from domain.artifact import Artifact, ArtifactSet, Digest
from domain.names import SiteKey
from domain.plan import Plan
from leadbright.released_side import side_of
from tests.stand_in import RUNTIME
from tests.web.sample import NOON
from web.services import (
    AlreadyLive,
    CdnAnswer,
    Environment,
    LostRace,
    Note,
    OnLive,
    Outcome,
    Published,
    PublishFailed,
    Release,
    ReleaseLog,
    Unavailable,
    Unfinished,
)

PRODUCTION, STAGING = Environment.PRODUCTION, Environment.STAGING


@dataclass
class SamplePublisher:
    """Keeps what was published; fails or stays silent where it is told to."""

    releases: dict[SiteKey, list[Release]] = field(default_factory=dict)
    """Those of production."""
    staging: dict[SiteKey, list[Release]] = field(default_factory=dict)
    published: list[tuple[ArtifactSet, Note]] = field(default_factory=list)
    fails: str = ""
    is_uncertain: bool = False
    is_away: bool = False
    cdn: CdnAnswer | None = None
    may_go_on: asyncio.Event | None = None
    """Where it is there, every release waits for it."""
    waiting: int = 0
    """So many have come to wait."""
    has_come: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once one has."""
    bodies: dict[Digest, ArtifactSet] = field(default_factory=dict)

    async def publish(
        self,
        artifacts: ArtifactSet,
        note: Note,
        *,
        environment: Environment = PRODUCTION,
        after: int | None = None,
        on_live: OnLive | None = None,
    ) -> Outcome:
        """Number and keep it."""
        if self.may_go_on:
            self.waiting += 1
            self.has_come.set()
            await self.may_go_on.wait()
        if self.is_uncertain:
            return Unfinished("The publish target does not answer in time.")
        if self.fails:
            return PublishFailed(self.fails)
        log = self._log(environment).setdefault(artifacts.site, [])
        if log and log[-1].digest == artifacts.digest:
            return AlreadyLive(log[-1], self.cdn)
        if log and after not in (None, log[-1].number):
            return LostRace(log[-1])
        at = datetime.fromtimestamp(NOON, UTC)
        log.append(Release(len(log) + 1, artifacts.digest, at, note.by, note.revision, note.note))
        self.published.append((artifacts, note))
        self.bodies[artifacts.digest] = artifacts
        if on_live:
            on_live()
        return Published(log[-1], self.cdn)

    async def promote(
        self, site: SiteKey, number: int, note: Note, *, after: int, on_live: OnLive | None = None
    ) -> Outcome:
        """The same bytes in production."""
        return await self._again(STAGING, PRODUCTION, site, number, note, after)

    async def roll_back(
        self,
        environment: Environment,
        site: SiteKey,
        number: int,
        note: Note,
        *,
        after: int,
        on_live: OnLive | None = None,
    ) -> Outcome:
        """Old bytes under a new number."""
        return await self._again(environment, environment, site, number, note, after)

    async def switch_off(
        self, environment: Environment, site: SiteKey, note: Note, *, after: int, on_live: OnLive | None = None
    ) -> Outcome:
        """What is live without its experiments."""
        live = self._log(environment)[site][-1]
        old = self.bodies[live.digest]
        made = switch_off(side_of(_named(old)).plan, RUNTIME)
        rules = Artifact("relay.json", _named(old)["relay.json"], "application/json")
        off = ArtifactSet(site, (*made.artifacts, rules))
        return await self.publish(off, note, environment=environment, after=after)

    async def live(self, site: SiteKey, environment: Environment = PRODUCTION) -> Release | Unavailable | None:
        """The newest."""
        found = await self.log(environment, site)
        return found if isinstance(found, Unavailable) else found.live

    async def log(self, environment: Environment, site: SiteKey) -> ReleaseLog | Unavailable:
        """Every one."""
        if self.is_away:
            return Unavailable("the publish target cannot be read")
        return ReleaseLog(tuple(self._log(environment).get(site, [])))

    def side(self, artifacts: ArtifactSet) -> Side:
        """Read as what is released is read."""
        return side_of(_named(artifacts))

    async def content(self, environment: Environment, site: SiteKey, digest: Digest) -> Side | Unavailable:
        """What was kept under that digest."""
        if self.is_away or digest not in self.bodies:
            return Unavailable("its files are not there any more")
        return self.side(self.bodies[digest])

    async def known(self, environment: Environment, site: SiteKey) -> Plan | Unavailable | None:
        """The live plan with what ran before."""
        if self.is_away:
            return Unavailable("the publish target cannot be read")
        log = self._log(environment).get(site, [])
        if not log or log[-1].digest not in self.bodies:
            return None
        plans = [self.side(self.bodies[r.digest]).plan for r in log if r.digest in self.bodies]
        ran = {x.key: x for plan in plans for x in plan.experiments}
        return replace(plans[-1], experiments=tuple(ran.values()))

    def _log(self, environment: Environment) -> dict[SiteKey, list[Release]]:
        return self.releases if environment is PRODUCTION else self.staging

    async def _again(
        self, source: Environment, into: Environment, site: SiteKey, number: int, note: Note, after: int
    ) -> Outcome:
        old = next((r for r in self._log(source).get(site, []) if r.number == number), None)
        if old is None:
            return PublishFailed("There is no such release.")
        return await self.publish(self.bodies[old.digest], note, environment=into, after=after)


def _named(artifacts: ArtifactSet) -> Mapping[str, bytes]:
    return {artifact.name: artifact.body for artifact in artifacts.artifacts}
