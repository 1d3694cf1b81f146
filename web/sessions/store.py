"""Sessions as they are kept: begun, looked up at every request, listed and ended.

May not know how somebody showed who they are.
"""

from __future__ import annotations

from collections.abc import Callable

from tortoise.backends.base.client import BaseDBAsyncClient

from web import models
from web.database import Database
from web.permission import Role
from web.sessions.session import IDLE_MS, SESSION_MS, Listed, Session
from web.tokens import Random, digest, new_token

_TOUCH_MS = 300_000
"""A session's last use is noted no finer than this, so that not every page view writes."""


class SessionStore:
    """Every method raises `database.UnavailableError` where the database does not answer."""

    def __init__(self, database: Database, clock: Callable[[], float], random: Random) -> None:
        self._database = database
        self._clock = clock
        self._random = random

    async def begin(self, person: int, account: int, way: str, old: str | None, *, goes_on: bool = False) -> str:
        """Sign a member in, ending the session `old`; the secret that the browser carries, new every time.

        Where nobody showed anew who they are, it `goes_on` from the old one, and ends when that would have.
        """

        async def work(client: BaseDBAsyncClient) -> str:
            return await self.insert(client, person, account, way, old, goes_on=goes_on)

        return await self._database.write(work)

    async def insert(
        self,
        client: BaseDBAsyncClient,
        person: int | None,
        account: int,
        way: str,
        old: str | None,
        *,
        goes_on: bool = False,
    ) -> str:
        """The same within a transaction."""
        now, secret = self._now(), new_token(self._random)
        await models.Session.filter(seen_ms__lte=now - IDLE_MS).using_db(client).delete()
        begun = await _begun(client, old) if goes_on else now
        if old is not None:
            await models.Session.filter(digest=digest(old)).using_db(client).delete()
        await models.Session.create(
            using_db=client,
            digest=digest(secret),
            person=person,
            account=account,
            way=way,
            begun_ms=begun,
            seen_ms=now,
        )
        return secret

    async def find(self, secret: str) -> Session | None:
        """The session whose id this is: neither idle for too long nor too old, of somebody who is a member still."""
        now = self._now()

        async def work(client: BaseDBAsyncClient) -> tuple[Session, int] | None:
            row = await self._alive(now).filter(digest=digest(secret)).using_db(client).first()
            if row is None:
                return None
            role = Role.OWNER if row.person is None else await _role(client, row.account, row.person)
            return None if role is None else (Session(secret, row.person, row.account, role, row.way), row.seen_ms)

        found = await self._database.read(work)
        if found is None:
            return None
        if found[1] <= now - _TOUCH_MS:
            await self._touch(secret, now)
        return found[0]

    async def listed(self, session: Session) -> tuple[Listed, ...]:
        """Every session of the same person, the newest first."""
        now = self._now()

        async def work(client: BaseDBAsyncClient) -> list[models.Session]:
            return await _of(self._alive(now), session).order_by("-begun_ms", "digest").using_db(client)

        own = digest(session.id)
        rows = await self._database.read(work)
        return tuple(Listed(r.digest, r.way, r.begun_ms, r.seen_ms, r.digest == own) for r in rows)

    async def end(self, session: Session, handle: str) -> bool:
        """End one session of the same person; False where there is none of that handle."""

        async def work(client: BaseDBAsyncClient) -> bool:
            return bool(await _of(models.Session.filter(digest=handle), session).using_db(client).delete())

        return await self._database.write(work)

    async def end_others(self, session: Session) -> int:
        """End every other session of the same person; how many there were."""

        async def work(client: BaseDBAsyncClient) -> int:
            others = models.Session.exclude(digest=digest(session.id))
            return await _of(others, session).using_db(client).delete()

        return await self._database.write(work)

    async def sign_out(self, secret: str) -> None:
        """End a session."""

        async def work(client: BaseDBAsyncClient) -> None:
            await models.Session.filter(digest=digest(secret)).using_db(client).delete()

        await self._database.write(work)

    def _alive(self, now: int) -> models.Sessions:
        return models.Session.filter(seen_ms__gt=now - IDLE_MS, begun_ms__gt=now - SESSION_MS)

    async def _touch(self, secret: str, now: int) -> None:
        async def work(client: BaseDBAsyncClient) -> None:
            await models.Session.filter(digest=digest(secret)).using_db(client).update(seen_ms=now)

        await self._database.write(work)

    def _now(self) -> int:
        return int(self._clock() * 1000)


def _of(sessions: models.Sessions, session: Session) -> models.Sessions:
    """Those of the same person, in every account of theirs."""
    return sessions.filter(person__isnull=True) if session.person is None else sessions.filter(person=session.person)


async def _begun(client: BaseDBAsyncClient, old: str | None) -> int:
    """When a session began; long ago for one that has ended meanwhile, which nobody goes on from."""
    row = None if old is None else await models.Session.filter(digest=digest(old)).using_db(client).first()
    return 0 if row is None else row.begun_ms


async def _role(client: BaseDBAsyncClient, account: int, person: int) -> Role | None:
    row = await models.Member.filter(account=account, person=person).using_db(client).first()
    return None if row is None else Role(row.role)
