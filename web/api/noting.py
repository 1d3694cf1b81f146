"""What programs did, and who let them, as lines of the audit log.

May not know how the log is kept.
"""

from __future__ import annotations

from domain.names import SiteKey
from web.audit.line import AuditLine, Deed
from web.desk import Desk


async def note(desk: Desk, site: SiteKey, who: str, did: Deed, *, revision: int | None = None, what: str = "") -> None:
    """Keep a line; `what` is the token that it is about."""
    at_ms = int(desk.services.clock() * 1000)
    await desk.services.store.audit.note(AuditLine(site, at_ms, who, did, revision=revision, note=what))
