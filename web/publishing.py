"""From a saved definition to what visitors load, in one step: compiled beside what is live, then released.

The release is a task of its own, which goes on where whoever asked goes away. May not know where artifacts go.
"""

from __future__ import annotations

from dataclasses import dataclass

from config_compiler.compiler import Rejected
from web.desk import Desk
from web.notices import Notice
from web.releasing import acting
from web.releasing.acting import Order
from web.releasing.telling import Ending, Tone, tell
from web.releasing.works import BUSY, Work
from web.services import Environment, Unavailable
from web.store import Definition, SiteEntry

PATIENCE_S = 30.0
"""How long whoever asked waits for the end."""


@dataclass(frozen=True, slots=True)
class Live:
    """Visitors load this definition now."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class NotPublished:
    """What was live still is; `why` says what to do."""

    why: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """It is not over yet, or nobody knows how far it came; the page of the work says what is known."""

    work: Work


Answer = Live | Rejected | NotPublished | Unsettled


async def publish(desk: Desk, entry: SiteEntry, definition: Definition, by: str) -> Answer:
    """Publish one saved revision."""
    proposal = await desk.proposals.publish(entry, definition, Environment.PRODUCTION)
    if isinstance(proposal, Unavailable):
        return NotPublished(f"What is live now could not be read because {proposal.why}. Try again in a moment.")
    if proposal.is_refused:
        return Rejected(proposal.findings)
    if proposal.foreign:
        return NotPublished(proposal.foreign)
    order = Order(entry, proposal, by)

    async def carry_out(work: Work) -> Ending:
        return tell(await acting.publish(desk.services, order, work.is_live), order.environment)

    work = desk.works.begin(entry.key, by, f"Publishing to {order.environment}", carry_out)
    return NotPublished(f"{BUSY}, then publish again.") if work is None else await _answer(work)


async def _answer(work: Work) -> Answer:
    if not await work.ended(PATIENCE_S) or work.ending is None or not work.ending.is_certain:
        return Unsettled(work)
    if work.ending.is_live:
        return Live(Notice.PUBLISHED if work.ending.tone is Tone.GOOD else Notice.ALREADY_LIVE)
    return NotPublished(work.ending.sentence)
