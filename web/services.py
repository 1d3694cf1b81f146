"""What the web is handed: its memory, whoever answers reports, whoever publishes, and what it links with.

May not know who stands behind a protocol: gRPC, a folder, a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from config_compiler.compiler import Deployment, Runtime
from config_compiler.differences.comparing import Side
from domain.artifact import ArtifactSet, Digest
from domain.names import RunName, SiteKey
from domain.plan import Plan
from domain.report import Days, ExperimentCounts, TrafficCounts
from web.openid.flow import OpenId
from web.store import Clock, Store
from web.tries import Entrances


class Environment(StrEnum):
    """A site is published twice: to try it, and for its visitors."""

    STAGING = "staging"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer just now; `why` goes on from "because"."""

    why: str


class Reports(Protocol):
    """Answers with counts, each within a few seconds."""

    async def experiment(self, site: SiteKey, run: RunName, days: Days) -> ExperimentCounts | Unavailable:
        """One experiment over these days; empty where nothing was counted."""
        ...

    async def traffic(self, site: SiteKey, days: Days) -> TrafficCounts | Unavailable:
        """One site over these days."""
        ...


@dataclass(frozen=True, slots=True)
class Note:
    """Who publishes, which revision of the definition, and why."""

    by: str
    revision: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """What visitors load: its number and digest, and since when, through whom and why."""

    number: int
    digest: Digest
    at: datetime
    by: str
    revision: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseLog:
    """Every release of a site in one environment, oldest first."""

    releases: tuple[Release, ...] = ()
    is_finished: bool = True
    """Whether the newest reached everything that it was to; a publisher may have died half-way."""

    @property
    def live(self) -> Release | None:
        """The newest."""
        return self.releases[-1] if self.releases else None

    def find(self, number: int) -> Release | None:
        """The release of that number."""
        return next((release for release in self.releases if release.number == number), None)


@dataclass(frozen=True, slots=True)
class CdnAnswer:
    """What the CDN in front said when it was told of a release: `why` it could not be told; empty where it was."""

    cdn: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """The release is live."""

    release: Release
    cdn: CdnAnswer | None = None
    """None where there is none to tell."""


@dataclass(frozen=True, slots=True)
class AlreadyLive:
    """The same bytes were live already, as this release; nothing changed."""

    release: Release
    cdn: CdnAnswer | None = None


@dataclass(frozen=True, slots=True)
class LostRace:
    """Somebody else published meanwhile: theirs, `newest`, is live, and of ours nothing is."""

    newest: Release


@dataclass(frozen=True, slots=True)
class PublishFailed:
    """What was live before still is. `why` is a sentence that says what is wrong and what to do."""

    why: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How far the release came is not known; the same once more finishes it. `why` is what failed, in a sentence."""

    why: str


Outcome = Published | AlreadyLive | LostRace | PublishFailed | Unfinished

OnLive = Callable[[], None]


class Publisher(Protocol):
    """Makes artifacts what visitors load, and tells what they load now. Each answers within its own deadline.

    With `after`, only if that is the number of the live release; 0 for none. `on_live` is called once the release is
    live, while the CDN is still to be told.
    """

    async def publish(
        self,
        artifacts: ArtifactSet,
        note: Note,
        *,
        environment: Environment = Environment.PRODUCTION,
        after: int | None = None,
        on_live: OnLive | None = None,
    ) -> Outcome:
        """Publish one site."""
        ...

    async def promote(
        self, site: SiteKey, number: int, note: Note, *, after: int, on_live: OnLive | None = None
    ) -> Outcome:
        """Make the bytes of that release of staging what visitors load."""
        ...

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
        """Bring the content of an earlier release back, under a new, higher number."""
        ...

    async def switch_off(
        self, environment: Environment, site: SiteKey, note: Note, *, after: int, on_live: OnLive | None = None
    ) -> Outcome:
        """Make what is live, without any experiment, what visitors load."""
        ...

    async def live(
        self, site: SiteKey, environment: Environment = Environment.PRODUCTION
    ) -> Release | Unavailable | None:
        """The newest release; None where nothing was ever published."""
        ...

    async def log(self, environment: Environment, site: SiteKey) -> ReleaseLog | Unavailable:
        """Every release."""
        ...

    def side(self, artifacts: ArtifactSet) -> Side:
        """What artifacts would be, once released."""
        ...

    async def content(self, environment: Environment, site: SiteKey, digest: Digest) -> Side | Unavailable:
        """What was released under that digest; it never changes."""
        ...

    async def known(self, environment: Environment, site: SiteKey) -> Plan | Unavailable | None:
        """The plan that is live, with every experiment that ran before it; None where none can be read."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the web uses and did not make itself."""

    store: Store
    reports: Reports
    publisher: Publisher
    runtime: Runtime
    deployment: Deployment
    cdn_base: str
    """Where browsers read what is published: scheme, host, port and prefix, without a slash at the end."""
    web_url: str
    """Where people open the web: scheme, host and port."""
    openid: OpenId
    """The providers that people sign in by; none of them, where there are only links."""
    is_open: bool
    """Whether somebody whom nobody has invited may sign up."""
    entrances: Entrances
    """How often somebody may try to get in."""
    htmx: bytes
    """The library behind checking as you type; empty where it was not built, and everything works without."""
    clock: Clock
