"""Accounts and their members as they are kept, those who are about to become one, and invitations.

May not know how somebody shows who they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient

from web import models
from web.database import Database
from web.openid.provider import Identity
from web.permission import Role
from web.sessions.session import HOUR_MS
from web.tokens import Random, digest, new_token

NEWCOMER_MS = HOUR_MS
"""How long somebody may take to fill in the form."""
INVITATION_MS = 7 * 24 * HOUR_MS
MOST_INVITATIONS = 100
"""Of one account, open ones."""
MOST_NEWCOMERS = 10_000


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in an account."""

    person: int
    account: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody whom a provider knows and we do not yet; `way` is the provider's key."""

    identity: Identity
    way: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody who has become a member, and the provider by which they came."""

    membership: Membership
    way: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """An account that somebody is in."""

    account: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Invitation:
    """`handle` names it and opens nothing."""

    handle: str
    account: int
    role: Role
    made_by: str
    expires_ms: int


class PeopleStore:
    """Every method raises `database.UnavailableError` where the database does not answer."""

    def __init__(self, database: Database, clock: Callable[[], float], random: Random) -> None:
        self._database = database
        self._clock = clock
        self._random = random

    async def membership(self, identity: Identity) -> Membership | None:
        """The account that somebody has been in for longest; None where they are in none."""
        named = {"issuer": identity.issuer, "subject": identity.subject}

        async def work(client: BaseDBAsyncClient) -> Membership | None:
            person = await models.Person.filter(**named).using_db(client).first()
            return None if person is None else await _first(client, person.id)

        return await self._database.read(work)

    async def account_name(self, account: int) -> str:
        """What an account is called."""

        async def work(client: BaseDBAsyncClient) -> str:
            return (await models.Account.get(id=account, using_db=client)).name

        return await self._database.read(work)

    async def belongings(self, person: int) -> tuple[Belonging, ...]:
        """Every account that somebody is in, the one that they have been in for longest first."""

        async def work(client: BaseDBAsyncClient) -> tuple[Belonging, ...]:
            members = await models.Member.filter(person=person).order_by("id").using_db(client)
            found = await models.Account.filter(id__in=[each.account for each in members]).using_db(client)
            names = {each.id: each.name for each in found}
            return tuple(Belonging(each.account, names[each.account], Role(each.role)) for each in members)

        return await self._database.read(work)

    async def receive(self, newcomer: Newcomer) -> str | None:
        """Remember a newcomer for an hour; the secret that the browser carries. None where there are too many."""
        now, secret = self._now(), new_token(self._random)

        async def work(client: BaseDBAsyncClient) -> str | None:
            await models.Newcomer.filter(expires_ms__lte=now).using_db(client).delete()
            if await models.Newcomer.all().using_db(client).count() >= MOST_NEWCOMERS:
                return None
            await models.Newcomer.create(
                using_db=client,
                digest=digest(secret),
                issuer=newcomer.identity.issuer,
                subject=newcomer.identity.subject,
                way=newcomer.way,
                expires_ms=now + NEWCOMER_MS,
            )
            return secret

        return await self._database.write(work)

    async def newcomer(self, secret: str) -> Newcomer | None:
        """The newcomer whose browser carries this; None after an hour, or once they are known."""
        now = self._now()

        async def work(client: BaseDBAsyncClient) -> Newcomer | None:
            row = await models.Newcomer.filter(digest=digest(secret), expires_ms__gt=now).using_db(client).first()
            return None if row is None else Newcomer(Identity(row.issuer, row.subject), row.way)

        return await self._database.read(work)

    async def sign_up(self, secret: str, name: str) -> Joined | None:
        """Make a newcomer the owner of a new account; whoever has one already gets no second. None: no newcomer."""
        newcomer = await self.newcomer(secret)
        if newcomer is None:
            return None

        async def work(client: BaseDBAsyncClient) -> Joined | None:
            if not await models.Newcomer.filter(digest=digest(secret)).using_db(client).delete():
                return None
            person = await self._person(client, newcomer.identity)
            known = await _first(client, person)
            if known is not None:
                return Joined(known, newcomer.way)
            account = await models.Account.create(using_db=client, name=name, made_ms=self._now())
            await self._join(client, account.id, person, Role.OWNER)
            return Joined(Membership(person, account.id), newcomer.way)

        return await self._database.write(work)

    async def invite(self, account: int, role: Role, by: str) -> str | None:
        """Make an invitation; the token in its link, which is told this once. None where too many are open."""
        now, token = self._now(), new_token(self._random)

        async def work(client: BaseDBAsyncClient) -> str | None:
            await models.Invitation.filter(expires_ms__lte=now).using_db(client).delete()
            if await models.Invitation.filter(account=account).using_db(client).count() >= MOST_INVITATIONS:
                return None
            await models.Invitation.create(
                using_db=client,
                digest=digest(token),
                account=account,
                role=role.value,
                made_by=by,
                expires_ms=now + INVITATION_MS,
            )
            return token

        return await self._database.write(work)

    async def invitation(self, token: str) -> Invitation | None:
        """The invitation behind a link, while it works."""
        now = self._now()

        async def work(client: BaseDBAsyncClient) -> models.Invitation | None:
            return await models.Invitation.filter(digest=digest(token), expires_ms__gt=now).using_db(client).first()

        row = await self._database.read(work)
        return None if row is None else _invitation(row)

    async def invitations(self, account: int) -> tuple[Invitation, ...]:
        """The open invitations of an account, those that end last first."""
        now = self._now()

        async def work(client: BaseDBAsyncClient) -> list[models.Invitation]:
            rows = models.Invitation.filter(account=account, expires_ms__gt=now)
            return await rows.order_by("-expires_ms", "digest").using_db(client)

        return tuple(map(_invitation, await self._database.read(work)))

    async def take_back(self, account: int, handle: str, roles: tuple[Role, ...]) -> bool:
        """Take an invitation to one of these roles back; False where there is none of that handle."""

        async def work(client: BaseDBAsyncClient) -> bool:
            wanted = models.Invitation.filter(account=account, digest=handle, role__in=[r.value for r in roles])
            return bool(await wanted.using_db(client).delete())

        return await self._database.write(work)

    async def join_as_newcomer(self, token: str, secret: str) -> Joined | None:
        """Use an invitation up for a newcomer. None where there is none, or the invitation works no longer."""
        newcomer, invitation = await self.newcomer(secret), await self.invitation(token)
        if newcomer is None or invitation is None:
            return None

        async def work(client: BaseDBAsyncClient) -> Joined | None:
            if not await models.Invitation.filter(digest=digest(token)).using_db(client).delete():
                return None
            await models.Newcomer.filter(digest=digest(secret)).using_db(client).delete()
            person = await self._person(client, newcomer.identity)
            await self._join(client, invitation.account, person, invitation.role)
            return Joined(Membership(person, invitation.account), newcomer.way)

        return await self._database.write(work)

    async def join_as_person(self, token: str, person: int) -> Membership | None:
        """Use an invitation up for somebody known; whoever is in the account already keeps the role."""
        invitation = await self.invitation(token)
        if invitation is None:
            return None

        async def work(client: BaseDBAsyncClient) -> Membership | None:
            if not await models.Invitation.filter(digest=digest(token)).using_db(client).delete():
                return None
            await self._join(client, invitation.account, person, invitation.role)
            return Membership(person, invitation.account)

        return await self._database.write(work)

    async def _person(self, client: BaseDBAsyncClient, identity: Identity) -> int:
        named = {"issuer": identity.issuer, "subject": identity.subject}
        row = models.Person(**named, made_ms=self._now())
        await models.Person.bulk_create([row], ignore_conflicts=True, using_db=client)
        person: int = (await models.Person.get(**named, using_db=client)).id
        return person

    async def _join(self, client: BaseDBAsyncClient, account: int, person: int, role: Role) -> None:
        row = models.Member(account=account, person=person, role=role.value, since_ms=self._now())
        await models.Member.bulk_create([row], ignore_conflicts=True, using_db=client)

    def _now(self) -> int:
        return int(self._clock() * 1000)


async def _first(client: BaseDBAsyncClient, person: int) -> Membership | None:
    row = await models.Member.filter(person=person).order_by("id").using_db(client).first()
    return None if row is None else Membership(person, row.account)


def _invitation(row: models.Invitation) -> Invitation:
    return Invitation(row.digest, row.account, Role(row.role), row.made_by, row.expires_ms)
