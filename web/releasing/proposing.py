"""Makes proposals: reads what is live, compiles or finds what would be, and compares the two.

May not know how a release is made, or how a page says it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from config_compiler.codes import DISPLACING
from config_compiler.compiler import Compiled, MissingModuleError, Rejected
from config_compiler.differences.comparing import Side, begin, compare
from config_compiler.differences.difference import Difference, Kind, Moves
from config_compiler.finding import Finding
from domain.names import SiteKey
from domain.plan import Plan
from domain.site import Site
from web.definitions import Definitions
from web.releasing.contents import Contents
from web.releasing.proposal import Proposal
from web.releasing.standing import standing
from web.services import Environment, Publisher, Release, Unavailable
from web.store import Definition, SiteEntry

PRODUCTION, STAGING = Environment.PRODUCTION, Environment.STAGING

_Compared = tuple[tuple[Difference, ...], str]
"""What differs, and why that cannot be said; one of the two is empty."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """One per app. Where there is nothing to propose, the answer is None."""

    publisher: Publisher
    definitions: Definitions
    contents: Contents

    async def publish(
        self, entry: SiteEntry, definition: Definition, environment: Environment
    ) -> Proposal | Unavailable:
        """A revision of the definition. Visitors are those of production, wherever it goes first."""
        live = await self.publisher.live(entry.key, environment)
        visited = await self.contents.visited(entry)
        if isinstance(live, Unavailable):
            return live
        if isinstance(visited, Unavailable):
            return visited
        try:
            beside = visited if environment is PRODUCTION else None
            compiled = await self.contents.compile(definition, live, beside)
            if isinstance(compiled, Rejected):
                refused = Proposal(environment, live, True, findings=compiled.findings, definition=definition)
                return refused if refused.errors else await self._displaced(refused, definition)
        except MissingModuleError as error:
            return Unavailable(f"Leadbright is not whole: {error}")
        later = () if environment is PRODUCTION else await self._displacing(definition, visited)
        return await self._compiled(live, environment, definition, compiled, later)

    async def _displaced(self, refused: Proposal, definition: Definition) -> Proposal:
        """What is refused for visitors who would move alone, with what would change. Raises MissingModuleError."""
        compiled = await self.contents.compile(definition, refused.live, None)
        if isinstance(compiled, Rejected):
            return refused
        shown = await self._compiled(refused.live, refused.environment, definition, compiled, ())
        return replace(shown, findings=refused.findings)

    async def promote(self, entry: SiteEntry) -> Proposal | Unavailable | None:
        """What staging has."""
        tried = await self.publisher.live(entry.key, STAGING)
        if tried is None or isinstance(tried, Unavailable):
            return tried
        return await self._again(entry.key, PRODUCTION, STAGING, tried)

    async def restore(self, entry: SiteEntry, environment: Environment, number: int) -> Proposal | Unavailable | None:
        """The content of an earlier release."""
        at = await standing(self.publisher, self.contents, environment, entry.key)
        if at.why:
            return Unavailable(at.why)
        old = at.log.find(number)
        if old is None:
            return None
        found = await self._again(entry.key, environment, environment, old)
        return found if isinstance(found, Unavailable) else replace(found, is_off=at.returning is not None)

    async def switch_off(self, entry: SiteEntry, environment: Environment) -> Proposal | Unavailable | None:
        """What is live, without its experiments."""
        live = await self.publisher.live(entry.key, environment)
        if live is None or isinstance(live, Unavailable):
            return live
        now = await self.contents.side(environment, entry.key, live.digest)
        if isinstance(now, Unavailable):
            return Proposal(environment, live, True, unknown=now.why)
        running = now.plan.experiments
        ends = tuple(Difference(x.key, Kind.ENDS, after="is off", moves=Moves.TO_ORIGINAL) for x in running)
        return Proposal(environment, live, bool(ends), ends)

    async def _compiled(
        self,
        live: Release | None,
        environment: Environment,
        definition: Definition,
        compiled: Compiled,
        later: tuple[Finding, ...],
    ) -> Proposal:
        is_new = live is None or live.digest != compiled.artifacts.digest
        side = self.publisher.side(compiled.artifacts)
        found, unknown = await self._compare(definition.site, environment, live, side, compiled.site)
        return Proposal(
            environment,
            live,
            is_new,
            found if is_new else (),
            compiled.findings,
            later,
            definition=definition,
            compiled=compiled,
            unknown=unknown,
        )

    async def _again(
        self, site: SiteKey, environment: Environment, source: Environment, old: Release
    ) -> Proposal | Unavailable:
        live = await self.publisher.live(site, environment)
        if isinstance(live, Unavailable):
            return live
        if live is not None and live.digest == old.digest:
            return Proposal(environment, live, False, source=old)
        new = await self.contents.side(source, site, old.digest)
        if isinstance(new, Unavailable):
            return Proposal(environment, live, True, source=old, unknown=new.why)
        written = await self.contents.written(site, old.digest)
        found, unknown = await self._compare(site, environment, live, new, written)
        return Proposal(environment, live, True, found, source=old, unknown=unknown)

    async def _compare(
        self, site: SiteKey, environment: Environment, live: Release | None, new: Side, written: Site | None
    ) -> _Compared:
        if live is None:
            return begin(new), ""
        now = await self.contents.side(environment, site, live.digest)
        if isinstance(now, Unavailable):
            return (), now.why
        return compare(now, new, written, await self.contents.ran(environment, site)), ""

    async def _displacing(self, definition: Definition, visited: Site | Plan | None) -> tuple[Finding, ...]:
        checked = await self.definitions.beside(definition.files, visited)
        return tuple(f for f in checked.findings if f.code in DISPLACING)
