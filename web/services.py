"""What the web is handed: its memory, whoever answers reports, whoever publishes, and what it links with.

May not know who stands behind a protocol: gRPC, a folder, a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config_compiler.compiler import Deployment, Runtime
from domain.artifact import ArtifactSet, Digest
from domain.names import RunName, SiteKey
from domain.report import Days, ExperimentCounts, TrafficCounts
from web.openid.flow import OpenId
from web.store import Clock, Store

ENVIRONMENT = "production"
"""Where the web publishes to."""


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
    """What visitors load: its number and digest, and since when and through whom."""

    number: int
    digest: Digest
    at: datetime
    by: str
    revision: str


@dataclass(frozen=True, slots=True)
class Published:
    """The release is live."""

    release: Release


@dataclass(frozen=True, slots=True)
class AlreadyLive:
    """The same bytes were live already, as this release; nothing changed."""

    release: Release


@dataclass(frozen=True, slots=True)
class PublishFailed:
    """What was live before still is. `why` is a sentence that says what is wrong and what to do."""

    why: str


class Publisher(Protocol):
    """Makes artifacts what visitors load, and tells what they load now. Each answers within its own deadline."""

    async def publish(self, artifacts: ArtifactSet, note: Note) -> Published | AlreadyLive | PublishFailed:
        """Publish one site."""
        ...

    async def live(self, site: SiteKey) -> Release | Unavailable | None:
        """The newest release; None where nothing was ever published."""
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
    htmx: bytes
    """The library behind checking as you type; empty where it was not built, and everything works without."""
    clock: Clock
