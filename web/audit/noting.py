"""What people and programs did, as lines of the audit log.

May not know how the log is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from sanic import Request

from domain.names import SiteKey
from web.audit.line import AuditLine, Deed
from web.desk import Desk
from web.guard import account_of, subject_of


@dataclass(frozen=True, slots=True)
class By:
    """The name under which somebody is noted, and the account in which they did it."""

    who: str
    account: int


def by(request: Request) -> By:
    """Whoever sent the request."""
    return By(subject_of(request), account_of(request))


async def note(
    desk: Desk, by: By, did: Deed, *, site: SiteKey | None = None, revision: int | None = None, what: str = ""
) -> None:
    """Keep a line; `what` names what it is about, such as a role or a token."""
    at_ms = int(desk.services.clock() * 1000)
    await desk.services.store.audit.note(AuditLine(site, at_ms, by.who, did, revision=revision, note=what), by.account)
