"""Makes what was proposed live, and notes who did it: publishing, promoting, going back, switching off and on.

May not know how a page asks for it, or where releases are kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from web.audit.line import AuditLine, Deed
from web.releasing.proposal import Proposal
from web.services import AlreadyLive, Environment, Note, OnLive, Outcome, Published, Release, Services
from web.store import SiteEntry


@dataclass(frozen=True, slots=True)
class Order:
    """Somebody confirmed a proposal."""

    entry: SiteEntry
    proposal: Proposal
    by: str
    note: str = ""

    @property
    def environment(self) -> Environment:
        """Where."""
        return self.proposal.environment


Act = Callable[[Services, Order, OnLive | None], Awaitable[Outcome]]
"""Carries an order out. Raises `database.UnavailableError` where it is live and could not be noted here."""


async def publish(services: Services, order: Order, on_live: OnLive | None = None) -> Outcome:
    """A revision of the definition that compiles."""
    definition, compiled = order.proposal.definition, order.proposal.compiled
    if definition is None or compiled is None:
        raise ValueError("a definition that does not compile cannot be published")
    outcome = await services.publisher.publish(
        compiled.artifacts,
        Note(order.by, str(definition.revision), order.note),
        environment=order.environment,
        after=order.proposal.after,
        on_live=on_live,
    )
    await _remember(services, order, Deed.PUBLISHED, outcome, definition.revision)
    return outcome


async def promote(services: Services, order: Order, on_live: OnLive | None = None) -> Outcome:
    """The release of staging that was looked at, byte for byte."""
    tried = _source(order)
    note = Note(order.by, tried.revision, order.note or f"promoted from staging, release {tried.number}")
    outcome = await services.publisher.promote(
        order.entry.key, tried.number, note, after=order.proposal.after, on_live=on_live
    )
    revision = await services.store.audit.revision_of(order.entry.key, tried.digest)
    await _remember(services, order, Deed.PROMOTED, outcome, revision)
    return outcome


async def restore(services: Services, order: Order, on_live: OnLive | None = None) -> Outcome:
    """The content of an earlier release, under a new number; that switches on again what is off."""
    old, is_off = _source(order), order.proposal.is_off
    note = order.note or (f"on again, as release {old.number}" if is_off else f"back to release {old.number}")
    outcome = await services.publisher.roll_back(
        order.environment,
        order.entry.key,
        old.number,
        Note(order.by, old.revision, note),
        after=order.proposal.after,
        on_live=on_live,
    )
    revision = await services.store.audit.revision_of(order.entry.key, old.digest)
    await _remember(services, order, Deed.SWITCHED_ON if is_off else Deed.ROLLED_BACK, outcome, revision)
    return outcome


async def switch_off(services: Services, order: Order, on_live: OnLive | None = None) -> Outcome:
    """Everybody sees the original, and counting goes on."""
    note = Note(order.by, "", order.note or "all experiments off")
    outcome = await services.publisher.switch_off(
        order.environment, order.entry.key, note, after=order.proposal.after, on_live=on_live
    )
    await _remember(services, order, Deed.SWITCHED_OFF, outcome, None)
    return outcome


async def _remember(services: Services, order: Order, did: Deed, outcome: Outcome, revision: int | None) -> None:
    """A line for what changed, and what the next definition has to go on from."""
    if not isinstance(outcome, Published | AlreadyLive):
        return
    release, key = outcome.release, order.entry.key
    if isinstance(outcome, Published):
        at_ms, where = int(services.clock() * 1000), order.environment.value
        line = AuditLine(key, at_ms, order.by, did, where, release.number, release.digest, revision, order.note)
        await services.store.audit.note(line, order.entry.account)
    if revision is not None and order.environment is Environment.PRODUCTION:
        await services.store.note_published(key, revision, release.digest)


def _source(order: Order) -> Release:
    if order.proposal.source is None:
        raise ValueError("there is no release to take the content of")
    return order.proposal.source
