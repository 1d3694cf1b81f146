"""The audit log as it is kept.

May not know how anything is changed.
"""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.artifact import Digest
from domain.names import SiteKey
from web import models
from web.audit.line import AuditLine, Deed
from web.database import Database


class AuditStore:
    """Every method raises `database.UnavailableError` where the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, line: AuditLine) -> None:
        """Keep a line."""

        async def work(client: BaseDBAsyncClient) -> None:
            await models.AuditLine.create(
                using_db=client,
                site=line.site,
                at_ms=line.at_ms,
                who=line.who,
                did=line.did.value,
                environment=line.environment,
                number=line.number,
                digest=line.digest,
                revision=line.revision,
                note=line.note,
            )

        await self._database.write(work)

    async def lines(self, site: SiteKey, most: int) -> tuple[AuditLine, ...]:
        """The newest lines of a site, newest first."""

        async def work(client: BaseDBAsyncClient) -> list[models.AuditLine]:
            return await models.AuditLine.filter(site=site).order_by("-id").limit(most).using_db(client)

        return tuple(map(_line, await self._database.read(work)))

    async def revision_of(self, site: SiteKey, digest: Digest) -> int | None:
        """The newest revision of a site's definition of which that content was published; None for none from here."""

        async def work(client: BaseDBAsyncClient) -> models.AuditLine | None:
            found = models.AuditLine.filter(site=site, digest=digest, revision__isnull=False)
            return await found.order_by("-id").using_db(client).first()

        row = await self._database.read(work)
        return None if row is None else row.revision


def _line(row: models.AuditLine) -> AuditLine:
    return AuditLine(
        site=SiteKey(row.site),
        at_ms=row.at_ms,
        who=row.who,
        did=Deed(row.did),
        environment=row.environment,
        number=row.number,
        digest=None if row.digest is None else Digest(row.digest),
        revision=row.revision,
        note=row.note,
    )
