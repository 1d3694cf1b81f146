"""The audit log as it is kept.

May not know how anything is changed.
"""

from __future__ import annotations

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import Q

from domain.artifact import Digest
from domain.names import SiteKey
from web import models
from web.audit.line import DEEDS, AuditLine, Deed, Kept, Wanted
from web.database import Database
from web.sessions.session import FIRST_ACCOUNT

_NO_SITE = ""


class AuditStore:
    """Every method raises `database.UnavailableError` where the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, line: AuditLine, account: int | None = None) -> None:
        """Keep a line of an account; where none is named, of the one whose site it is about."""
        owner = await self._account_of(line.site) if account is None else account

        async def work(client: BaseDBAsyncClient) -> None:
            await models.AuditLine.create(
                using_db=client,
                account=owner,
                site=line.site or _NO_SITE,
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

    async def page(self, account: int, wanted: Wanted, before: int | None, most: int) -> tuple[Kept, ...]:
        """The newest lines of an account that are wanted, newest first; those below the id `before`, where given."""

        async def work(client: BaseDBAsyncClient) -> list[models.AuditLine]:
            found = models.AuditLine.filter(*_conditions(account, wanted, before))
            return await found.order_by("-id").limit(most).using_db(client)

        return tuple(Kept(row.id, _line(row)) for row in await self._database.read(work))

    async def revision_of(self, site: SiteKey, digest: Digest) -> int | None:
        """The newest revision of a site's definition of which that content was published; None for none from here."""

        async def work(client: BaseDBAsyncClient) -> models.AuditLine | None:
            found = models.AuditLine.filter(site=site, digest=digest, revision__isnull=False)
            return await found.order_by("-id").using_db(client).first()

        row = await self._database.read(work)
        return None if row is None else row.revision

    async def _account_of(self, site: SiteKey | None) -> int:
        async def work(client: BaseDBAsyncClient) -> models.Site | None:
            return await models.Site.filter(key=site).using_db(client).first()

        row = await self._database.read(work)
        # What was published without the web can be taken on by the first account alone.
        return FIRST_ACCOUNT if row is None else row.account


def _conditions(account: int, wanted: Wanted, before: int | None) -> list[Q]:
    asked: dict[str, Any] = {
        "site": wanted.site,
        "did__in": None if wanted.kind is None else [deed.value for deed in DEEDS[wanted.kind]],
        "at_ms__gte": wanted.from_ms,
        "at_ms__lt": wanted.until_ms,
        "id__lt": before,
    }
    conditions = [Q(account=account), *(Q(**{name: value}) for name, value in asked.items() if value is not None)]
    if wanted.who:
        # A program is noted with what it pushed from: "shop repository, pushed from 1a2b3c".
        conditions.append(Q(who=wanted.who) | Q(who__startswith=f"{wanted.who}, "))
    return conditions


def _line(row: models.AuditLine) -> AuditLine:
    return AuditLine(
        site=SiteKey(row.site) if row.site else None,
        at_ms=row.at_ms,
        who=row.who,
        did=Deed(row.did),
        environment=row.environment,
        number=row.number,
        digest=None if row.digest is None else Digest(row.digest),
        revision=row.revision,
        note=row.note,
    )
