"""A rollback by the guard as the web keeps it: a line in the audit log, and which revision visitors load now.

May not know why it was rolled back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from cdn_publish.layout import Environment
from domain.names import SiteKey
from leadbright.watching import BY, RolledBack
from web.audit.line import AuditLine, Deed
from web.database import UnavailableError
from web.store import Clock, Store


def remembering(store: Store, clock: Clock) -> Callable[[SiteKey, RolledBack], Awaitable[None]]:
    """Keeps a rollback in the web's memory; where that does not answer, the release log alone has it."""

    async def remember(site: SiteKey, done: RolledBack) -> None:
        try:
            await _note(store, site, done, int(clock() * 1000))
        except UnavailableError:
            number = done.release.number
            structlog.get_logger().warning("a rollback is not in the audit log", site=site, release=number)

    return remember


async def _note(store: Store, site: SiteKey, done: RolledBack, at_ms: int) -> None:
    made = done.release
    revision = await store.audit.revision_of(site, made.digest)
    where = Environment.PRODUCTION.value
    await store.audit.note(
        AuditLine(site, at_ms, BY, Deed.ROLLED_BACK, where, made.number, made.digest, revision, made.note)
    )
    if revision is not None:
        await store.note_published(site, revision, made.digest)
