"""What was released of a site, understood: contents side by side, and which revision each was compiled from.

May not know what a page shows of it.
"""

from __future__ import annotations

from typing import Any

from config_compiler.compiler import Compiled, Rejected
from config_compiler.differences.comparing import Side
from domain.artifact import Digest
from domain.names import SiteKey
from domain.plan import Plan, PlannedExperiment
from domain.site import Site
from web.definitions import Definitions, Failed
from web.services import Environment, Release, Services, Unavailable
from web.store import Definition, SiteEntry

_KEPT = 200
"""Contents that are kept at hand; they never change."""

_COMPILED = 30


class Contents:
    """Everything that `services.publisher` released."""

    def __init__(self, services: Services, definitions: Definitions) -> None:
        self._services = services
        self._definitions = definitions
        self._sides: dict[tuple[Environment, SiteKey, Digest], Side] = {}
        self._compiled: dict[tuple[SiteKey, int, int], Compiled | Rejected] = {}

    async def side(self, environment: Environment, site: SiteKey, digest: Digest) -> Side | Unavailable:
        """What was released under that digest."""
        key = (environment, site, digest)
        if key in self._sides:
            return self._sides[key]
        found = await self._services.publisher.content(environment, site, digest)
        if not isinstance(found, Unavailable):
            self._sides[key] = found
            _forget(self._sides, _KEPT)
        return found

    async def written(self, site: SiteKey, digest: Digest) -> Site | None:
        """The site that a content was compiled from, where that is kept here."""
        revision = await self._services.store.audit.revision_of(site, digest)
        return None if revision is None else await self._definitions.site_at(site, revision)

    async def visited(self, entry: SiteEntry) -> Site | Plan | Unavailable | None:
        """What visitors were dealt by; None where nothing was ever published.

        A site where its definition is kept here, and otherwise its plan, which tells less.
        """
        release = await self._services.publisher.live(entry.key)
        if release is None or isinstance(release, Unavailable):
            return release
        if release.digest == entry.published_digest:
            site = await self._definitions.published(entry)
        else:
            site = await self.written(entry.key, release.digest)
        return site or await self._services.publisher.known(Environment.PRODUCTION, entry.key)

    async def compile(
        self, definition: Definition, live: Release | None, visited: Site | Plan | None
    ) -> Compiled | Rejected:
        """The artifacts of a revision, beside what is visited since `live`. Raises MissingModuleError."""
        key = (definition.site, definition.revision, live.number if live and visited else 0)
        if key in self._compiled:
            return self._compiled[key]
        compiled = await self._definitions.compile(definition, visited)
        if not isinstance(compiled, Failed):
            self._compiled[key] = compiled
            _forget(self._compiled, _COMPILED)
        return compiled

    async def ran(self, environment: Environment, site: SiteKey) -> tuple[PlannedExperiment, ...]:
        """Every experiment that runs or ran there; none where that cannot be read."""
        known = await self._services.publisher.known(environment, site)
        return known.experiments if isinstance(known, Plan) else ()


def _forget(kept: dict[Any, Any], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]
