"""Members as they are kept. Whatever changes one waits for its turn at the account, so that an owner is always left.

May not know how members sign in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F

from web import models
from web.database import Database
from web.permission import GIVES, Permission, Role, may
from web.sessions.session import name_of


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in an account, as others see them."""

    person: int
    role: Role
    since_ms: int


class Changed(Enum):
    """What became of a change of a member; the value is what a person reads."""

    DONE = ""
    NOBODY = "There is no such member."
    NOT_YOURS = "Your role does not reach that far: owners alone give and take the roles of owners and admins."
    LAST_OWNER = "An account keeps at least one owner. Make somebody else an owner first."


class MemberStore:
    """Every method raises `database.UnavailableError` where the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self, account: int) -> tuple[Member, ...]:
        """Every member, those who have been there for longest first."""

        async def work(client: BaseDBAsyncClient) -> list[models.Member]:
            return await models.Member.filter(account=account).order_by("id").using_db(client)

        rows = await self._database.read(work)
        return tuple(Member(row.person, Role(row.role), row.since_ms) for row in rows)

    async def change(self, account: int, person: int, role: Role, by: Role) -> Changed:
        """Give a member another role, as somebody whose own role is `by`; what they can no longer give ends."""

        async def work(client: BaseDBAsyncClient, row: models.Member) -> None:
            await models.Member.filter(id=row.id).using_db(client).update(role=role.value)
            await _take_back(client, account, person, role)

        return await self._change(account, person, role, by, work)

    async def remove(self, account: int, person: int, by: Role) -> Changed:
        """Remove a member, and end their sessions, invitations and tokens in this account."""

        async def work(client: BaseDBAsyncClient, row: models.Member) -> None:
            await models.Member.filter(id=row.id).using_db(client).delete()
            await models.Session.filter(account=account, person=person).using_db(client).delete()
            await _take_back(client, account, person, None)

        return await self._change(account, person, None, by, work)

    async def _change(
        self,
        account: int,
        person: int,
        role: Role | None,
        by: Role,
        change: Callable[[BaseDBAsyncClient, models.Member], Awaitable[None]],
    ) -> Changed:
        async def work(client: BaseDBAsyncClient) -> Changed:
            # Writing the row, even with what it holds, keeps everybody else from changing members until this is done.
            await models.Account.filter(id=account).using_db(client).update(name=F("name"))
            row = await models.Member.filter(account=account, person=person).using_db(client).first()
            if row is None:
                return Changed.NOBODY
            if not {Role(row.role), role or Role.VIEWER} <= set(GIVES[by]):
                return Changed.NOT_YOURS
            if row.role == Role.OWNER.value and role is not Role.OWNER and await _owners(client, account) < 2:
                return Changed.LAST_OWNER
            await change(client, row)
            return Changed.DONE

        return await self._database.write(work)


async def _take_back(client: BaseDBAsyncClient, account: int, person: int, role: Role | None) -> None:
    """End the invitations and tokens of somebody who is `role` from now on that they could not make any more."""
    own, gives = name_of(person), GIVES[role] if role else ()
    beyond = [each.value for each in Role if each not in gives]
    await models.Invitation.filter(account=account, made_by=own, role__in=beyond).using_db(client).delete()
    if role is None or not may(role, Permission.GIVES_ACCESS):
        sites = await models.Site.filter(account=account).using_db(client).values_list("key", flat=True)
        await models.ApiToken.filter(site__in=list(sites), made_by=own).using_db(client).delete()


async def _owners(client: BaseDBAsyncClient, account: int) -> int:
    owners = models.Member.filter(account=account, role=Role.OWNER.value)
    return await owners.using_db(client).count()
