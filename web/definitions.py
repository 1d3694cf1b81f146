"""What stored definitions mean: read from memory, given to the compiler, and remembered by revision.

Compiling is pure but takes a while, so it runs in a thread. May not know what a page shows of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from config_compiler.codes import Code
from config_compiler.compiler import Checked, Compiled, MissingModuleError, Rejected, check_site, compile_site
from config_compiler.finding import Finding
from config_compiler.source import SITE_FILE, Source, start_of
from domain.artifact import set_digest
from domain.names import SiteKey
from domain.plan import Plan
from domain.site import Site
from web.services import Services
from web.store import Definition, SiteEntry

_REMEMBERED = 200
"""Revisions whose meaning is kept at hand."""

_LOOKED_BACK = 20
"""Revisions to go back for one that can be read."""

DEADLINE_S = 15.0
"""Longest that anybody waits for the compiler."""

_log = logging.getLogger("leadbright.web")

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A site as its newest readable revision means it."""

    site: Site
    revision: int
    broken: tuple[Finding, ...]
    """What is wrong with the newest revision, where `site` had to be read from an older one."""


@dataclass(frozen=True, slots=True)
class Failed(Rejected):
    """The compiler itself failed, or took too long; not remembered, since another time it may not."""


class Definitions:
    """The definitions in `services.store`, understood."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[tuple[SiteKey, int], Checked | Rejected] = {}
        self._said: dict[tuple[SiteKey, int | None, str], Checked | Rejected] = {}

    async def meaning(self, entry: SiteEntry) -> Meaning | None:
        """What the site is, by the newest revision that can be read; None where none of the last 20 can."""
        broken: tuple[Finding, ...] = ()
        for number in range(entry.revision, max(0, entry.revision - _LOOKED_BACK), -1):
            match await self.checked(entry.key, number):
                case Checked(site):
                    return Meaning(site, number, broken)
                case Rejected(findings):
                    broken = broken or findings
                case None:
                    break
        return None

    async def published(self, entry: SiteEntry) -> Site | None:
        """The site that was last published from here."""
        if entry.published is None:
            return None
        return await self.site_at(entry.key, entry.published)

    async def site_at(self, key: SiteKey, revision: int) -> Site | None:
        """The site as one revision means it; None where that cannot be read."""
        checked = await self.checked(key, revision)
        return checked.site if isinstance(checked, Checked) else None

    async def check(self, entry: SiteEntry, files: Mapping[str, str]) -> tuple[Finding, ...]:
        """Everything to be said about these files, beside what was last published."""
        return (await self.understand(entry, files)).findings

    async def understand(self, entry: SiteEntry, files: Mapping[str, str]) -> Checked | Rejected:
        """What these files mean, beside what was last published, or what is wrong with them."""
        key = (entry.key, entry.published, _digest(files))
        if (known := self._said.get(key)) is not None:
            return known
        return _remembered(self._said, key, await self.beside(files, await self.published(entry)))

    async def beside(self, files: Mapping[str, str], published: Site | Plan | None) -> Checked | Rejected:
        """What these files mean, beside what is live, or what is wrong with them."""
        return await _in_thread_check(files, published)

    async def compile(self, definition: Definition, published: Site | Plan | None) -> Compiled | Rejected:
        """The artifacts of a definition, or what is wrong with it. Raises MissingModuleError."""
        source, services = Source(definition.files), self._services
        work = partial(compile_site, source, published, services.runtime, services.deployment)
        return await _in_thread(source, work)

    async def checked(self, key: SiteKey, revision: int) -> Checked | Rejected | None:
        """What a revision means by itself; None where there is none."""
        known = self._known.get((key, revision))
        if known is not None:
            return known
        definition = await self._services.store.definition(key, revision)
        if definition is None:
            return None
        return _remembered(self._known, (key, revision), await _in_thread_check(definition.files, None))


def _remembered(known: dict[K, Checked | Rejected], key: K, found: Checked | Rejected) -> Checked | Rejected:
    """What was found, kept in place of the oldest where there are too many."""
    if not isinstance(found, Failed):
        known[key] = found
    while len(known) > _REMEMBERED:
        del known[next(iter(known))]
    return found


async def _in_thread_check(files: Mapping[str, str], published: Site | Plan | None) -> Checked | Rejected:
    source = Source(files)
    return await _in_thread(source, partial(check_site, source, published))


async def _in_thread(source: Source, work: Callable[[], V]) -> V | Failed:
    """What the compiler answers; where it fails, that as a finding: one site's bug keeps nobody from the others."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(work), DEADLINE_S)
    except MissingModuleError:
        raise
    except Exception as error:  # noqa: BLE001 - every failure of the compiler is a bug, and none may take a page away
        return _bug(source, error)


def _digest(files: Mapping[str, str]) -> str:
    return set_digest((name, text.encode("utf-8", "surrogatepass")) for name, text in files.items())


def _bug(source: Source, error: Exception) -> Failed:
    digest = _digest(source.files)
    _log.error("the compiler failed on the definition %s", digest, exc_info=error)
    message = f"Leadbright could not read this; this is a bug of ours, logged for the definition {digest}"
    hint = "take back what you changed last; please report the bug with what the log says"
    return Failed((Finding(Code.E105, message, start_of(SITE_FILE), hint=hint),))
