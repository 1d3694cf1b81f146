"""The rules of every site that beacons come for, read when first asked for and again while in use.

Bounded, also under a flood of sites that do not exist. May not know where published files are kept.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from domain.artifact import Digest
from domain.names import is_key
from domain.quota import Quota, Rate
from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.relay.rules import SiteRules, merge, read_rules, recent_digests

Read = Callable[[str], Awaitable[bytes | None]]
"""The published file at a path such as `production/shop/relay.json`; None where there is none. May raise anything."""

Found = SiteRules | Refusal
"""Rules; or UNKNOWN_SITE; or RULES_UNAVAILABLE where that could not be told."""

FIRST_LOOKS = Rate(per_s=200, burst=1_000)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reading:
    """How often and how much is read."""

    environment: str = "production"
    refresh_ms: int = 10_000
    """Age at which rules in use are read again."""
    renew_ms: int = 1_000
    """Age at which they are read again because a beacon names something that they do not."""
    deadline_s: float = 5.0
    most_sites: int = 20_000
    most_unknown: int = 4_096
    first_looks: Rate = FIRST_LOOKS
    """How often a site may be looked for that is not in memory."""


@dataclass(slots=True)
class _Page:
    """What was found for one site, and when."""

    found: Found
    read_ms: int
    sources: tuple[bytes, bytes | None] = (b"", None)
    """`relay.json` and `releases.json` as read, to see at a glance that nothing has changed."""
    earlier: dict[Digest, SiteRules] = field(default_factory=dict)


class RuleBook:
    """Rules by site. Owns the reads in progress; `close` ends them."""

    def __init__(self, read: Read, clock: Callable[[], int], reading: Reading) -> None:
        self._read = read
        self._clock = clock
        self._limits = reading
        self._known: OrderedDict[str, _Page] = OrderedDict()
        self._unknown: OrderedDict[str, int] = OrderedDict()
        self._looks = Quota(reading.first_looks, most_keys=1)
        self._reads: dict[str, asyncio.Task[Found]] = {}

    def at_hand(self, site: str) -> Found | None:
        """What is known without waiting; None where `look_up` has to be asked. Old rules are renewed meanwhile."""
        page = self._known.get(site)
        if page is None:
            return self._remembered_as_unknown(site)
        self._known.move_to_end(site)
        if not 0 <= self._clock() - page.read_ms < self._limits.refresh_ms:
            self._begin(site)
        return page.found

    async def look_up(self, site: str) -> Found:
        """What is known once it has been read; beacons for one site share a read."""
        if site not in self._reads and not self._looks.take(b"", self._clock()):
            return Refusal.RULES_UNAVAILABLE
        return await asyncio.shield(self._begin(site))

    async def renew(self, site: str) -> Found | None:
        """What a fresh reading says; None where the last one is too recent to ask again."""
        page = self._known.get(site)
        if page is not None and 0 <= self._clock() - page.read_ms < self._limits.renew_ms:
            return None
        return await asyncio.shield(self._begin(site))

    async def close(self) -> None:
        """End the reads in progress."""
        reads = tuple(self._reads.values())
        for task in reads:
            task.cancel()
        await asyncio.gather(*reads, return_exceptions=True)

    def _remembered_as_unknown(self, site: str) -> Refusal | None:
        if not is_key(site):
            return Refusal.UNKNOWN_SITE
        since = self._unknown.get(site)
        if since is not None and 0 <= self._clock() - since < self._limits.refresh_ms:
            return Refusal.UNKNOWN_SITE
        return None

    def _begin(self, site: str) -> asyncio.Task[Found]:
        task = self._reads.get(site)
        if task is None:
            task = self._reads[site] = asyncio.create_task(self._turn_to(site))
            task.add_done_callback(lambda _: self._reads.pop(site, None))
        return task

    async def _turn_to(self, site: str) -> Found:
        """Read a site's page anew and keep it; where that fails, keep what was known before."""
        page = self._known.get(site)
        try:
            async with asyncio.timeout(self._limits.deadline_s):
                fresh = await self._read_page(site, page)
        except Exception as error:  # noqa: BLE001  a store's errors are its own; beacons are refused for now
            _log.warning("the rules of a site can't be read", site=site, error=type(error).__name__)
            if page is None:
                return Refusal.RULES_UNAVAILABLE
            page.read_ms = self._clock()
            return page.found
        self._keep(site, fresh)
        return fresh.found

    def _keep(self, site: str, page: _Page) -> None:
        if isinstance(page.found, Refusal):
            self._known.pop(site, None)
            self._unknown[site] = page.read_ms
            if len(self._unknown) > self._limits.most_unknown:
                self._unknown.popitem(last=False)
            return
        self._unknown.pop(site, None)
        self._known[site] = page
        if len(self._known) > self._limits.most_sites:
            self._known.popitem(last=False)

    async def _read_page(self, site: str, before: _Page | None) -> _Page:
        folder = f"{self._limits.environment}/{site}"
        now_ms = self._clock()
        live = await self._read(f"{folder}/relay.json")
        if live is None:
            return _Page(Refusal.UNKNOWN_SITE, now_ms)
        log = await self._read(f"{folder}/releases.json")
        if before is not None and before.sources == (live, log):
            before.read_ms = now_ms
            return before
        earlier = await self._read_earlier(folder, log, before.earlier if before else {})
        return _Page(merge(read_rules(live), tuple(earlier.values())), now_ms, (live, log), earlier)

    async def _read_earlier(
        self, folder: str, log: bytes | None, known: dict[Digest, SiteRules]
    ) -> dict[Digest, SiteRules]:
        earlier = {}
        for digest in recent_digests(log) if log is not None else ():
            rules = known.get(digest)
            if rules is None:
                body = await self._read(f"{folder}/r/{digest}/relay.json")
                if body is None:
                    continue
                rules = read_rules(body)
            earlier[digest] = rules
        return earlier
