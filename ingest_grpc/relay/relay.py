"""The relay: a beacon comes in, is decoded, admitted and made durable, and goes on to the aggregator.

No I/O of its own: disk, aggregator, published files, clock and randomness are handed in, so that the same code serves
browsers, a replay and a simulator. May not know HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from domain.address import Sources
from domain.quota import Quota, Rate
from ingest_grpc.relay.address import Countries, no_countries
from ingest_grpc.relay.admission import Arrival, Draft, Gate, SecretOf, admit, no_secrets
from ingest_grpc.relay.agent import read_agent
from ingest_grpc.relay.beacon import read_beacon
from ingest_grpc.relay.counts import Backlog, Counts, RelayCollector, registry_of
from ingest_grpc.relay.disk import Disk
from ingest_grpc.relay.dispatch import Dispatch
from ingest_grpc.relay.forward import Pace, Sending
from ingest_grpc.relay.journal import Journal, JournalLimits
from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.relay.rule_book import Read, Reading, RuleBook
from ingest_grpc.relay.shelf import Shelf
from ingest_grpc.wire.batch import encode_beacon
from ingest_grpc.wire.ports import Aggregation

_LIFTED = frozenset({Refusal.UNKNOWN_EXPERIMENT, Refusal.UNKNOWN_VARIATION, Refusal.UNKNOWN_GOAL})
"""Refusals that a release published a moment ago may have lifted."""


SITE_RATE = Rate(per_s=2_000, burst=10_000)
SOURCE_RATE = Rate(per_s=50, burst=500)
"""An office behind one address sends less; a machine sends more."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The beacon is durable. `day` is the site-local day here, by which a browser can correct its own."""

    day: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The beacon is not kept, and why; `day` where the site is known."""

    reason: Refusal
    day: int | None = None


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """What an operator can turn."""

    name: str = "relay"
    site_rate: Rate | None = SITE_RATE
    source_rate: Rate | None = SOURCE_RATE
    reading: Reading = field(default_factory=Reading)
    journal: JournalLimits = field(default_factory=JournalLimits)
    pace: Pace = field(default_factory=Pace)
    drain_s: float = 2.0
    """How long a relay that stops goes on sending."""


@dataclass(frozen=True, slots=True)
class Seams:
    """The world, as far as the relay touches it."""

    disk: Disk
    aggregation: Aggregation
    read: Read
    """Published files by path, such as `production/shop/relay.json`."""
    clock: Callable[[], int]
    """Milliseconds since 1970-01-01 UTC."""
    randomness: Callable[[int], bytes]
    """So many random bytes, fit for keys."""
    countries: Countries = no_countries
    secret_of: SecretOf = no_secrets
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep


class Relay:
    """Owns the rule book, the journal and the senders, from `start` to `stop`."""

    def __init__(self, seams: Seams, settings: RelaySettings) -> None:
        self.counts = Counts()
        self._clock = seams.clock
        self._disk = seams.disk
        self._drain_s = settings.drain_s
        self._randomness = seams.randomness
        self._gate = Gate(
            countries=seams.countries,
            sources=Sources(seams.randomness),
            source_quota=Quota(settings.source_rate),
            site_quota=Quota(settings.site_rate),
            counts=self.counts,
            secret_of=seams.secret_of,
        )
        self._rules = RuleBook(seams.read, seams.clock, settings.reading)
        self._shelf = Shelf(seams.disk, settings.name)
        self._journal = Journal(
            seams.disk, self._shelf, settings.name, seams.clock, seams.randomness, self.counts, settings.journal
        )

        def chance() -> float:
            return int.from_bytes(seams.randomness(4), "big") / 2**32

        sending = Sending(seams.aggregation, self._shelf, seams.clock, chance, seams.sleep, self.counts, settings.pace)
        self._dispatch = Dispatch(sending, self._journal)

    @property
    def refusal(self) -> Refusal | None:
        """Why no beacon could be kept now; None where one could (`/readyz`)."""
        return self._journal.refusal

    @property
    def broken(self) -> asyncio.Event:
        """Set when the disk keeps failing: the process had better end, and say so in its exit status."""
        return self._journal.broken

    async def start(self) -> None:
        """Open the journal in a new epoch and begin to send, what earlier processes left too. Raises OSError."""
        read_agent("warm up: the first look at a user agent takes a tenth of a second")
        await self._disk.claim()
        old = await self._shelf.open()
        await self._journal.open()
        self._dispatch.start(old)

    async def stop(self) -> None:
        """Take nothing more, make durable what was taken, send for a little longer; the rest stays on disk."""
        await self._journal.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._drain_s):
                await self._dispatch.settle()
        await self._dispatch.stop()
        await self._rules.close()

    async def settle(self) -> None:
        """Wait until the aggregator has acknowledged everything durable."""
        await self._dispatch.settle()

    async def receive(self, arrival: Arrival) -> Accepted | Refused:
        """Answer one beacon; Accepted only once it is durable."""
        beacon = read_beacon(arrival.nonce, arrival.body)
        if isinstance(beacon, Refusal):
            return self.refuse(beacon)
        found = self._rules.at_hand(arrival.site) or await self._rules.look_up(arrival.site)
        draft = Draft(arrival, beacon, found, self._clock())
        outcome = admit(draft, self._gate)
        if isinstance(outcome, Refusal) and outcome in _LIFTED and (renewed := await self._rules.renew(arrival.site)):
            draft = Draft(arrival, beacon, renewed, self._clock(), is_paid_for=True)
            outcome = admit(draft, self._gate)
        kept = outcome if isinstance(outcome, Refusal) else self._journal.keep(encode_beacon(outcome))
        if isinstance(kept, Refusal):
            return self.refuse(kept, draft.today)
        refusal = await kept  # counted by the journal, since a browser may leave before it is known
        return Accepted(draft.today) if refusal is None else Refused(refusal, draft.today)

    def refuse(self, reason: Refusal, day: int | None = None) -> Refused:
        """Count a beacon that is not kept."""
        self.counts.refuse(reason)
        return Refused(reason, day)

    def new_key(self) -> bytes:
        """Random bytes that nobody else has."""
        return self._randomness(32)

    def metrics(self) -> CollectorRegistry:
        """The counts, for Prometheus."""
        return registry_of(RelayCollector(self.counts, self._backlog))

    def _backlog(self) -> Backlog:
        return Backlog(self._dispatch.waiting, self._dispatch.epochs_waiting, self._shelf.bytes_kept)
