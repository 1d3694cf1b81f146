"""From a saved definition to what visitors load, in one step: compiled beside what is live, then released.

May not know where artifacts go.
"""

from __future__ import annotations

from dataclasses import dataclass

from config_compiler.compiler import Rejected
from web.desk import Desk
from web.notices import Notice
from web.releasing import acting
from web.releasing.acting import Order
from web.releasing.telling import tell
from web.services import AlreadyLive, Environment, LostRace, Published, PublishFailed, Unavailable, Unfinished
from web.store import Definition, SiteEntry


@dataclass(frozen=True, slots=True)
class Live:
    """Visitors load this definition now."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class NotPublished:
    """What was live still is; `why` says what to do."""

    why: str


async def publish(desk: Desk, entry: SiteEntry, definition: Definition, by: str) -> Live | Rejected | NotPublished:
    """Publish one saved revision."""
    proposal = await desk.proposals.publish(entry, definition, Environment.PRODUCTION)
    if isinstance(proposal, Unavailable):
        return NotPublished(f"What is live now could not be read because {proposal.why}. Try again in a moment.")
    if proposal.is_refused:
        return Rejected(proposal.findings)
    if proposal.foreign:
        return NotPublished(proposal.foreign)
    match await acting.publish(desk.services, Order(entry, proposal, by)):
        case Published():
            return Live(Notice.PUBLISHED)
        case AlreadyLive():
            return Live(Notice.ALREADY_LIVE)
        case PublishFailed(why):
            return NotPublished(why)
        case (LostRace() | Unfinished()) as other:
            return NotPublished(tell(other, Environment.PRODUCTION).sentence)
