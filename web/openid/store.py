"""Sign-ins that were begun at a provider and have not come back: each for ten minutes, each good for one answer.

What is kept says nothing to whoever reads it: everything secret is made from what the browser carries. May not know
how a provider is spoken to.
"""

from __future__ import annotations

from collections.abc import Callable

from tortoise.backends.base.client import BaseDBAsyncClient

from web import models
from web.database import Database
from web.tokens import digest

ATTEMPT_MS = 600_000
MOST_ATTEMPTS = 10_000
"""Sign-ins under way; beginning more is refused, so that nobody fills the database."""


class AttemptStore:
    """Every method raises `database.UnavailableError` where the database does not answer."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, provider: str, secret: str) -> bool:
        """Remember that the browser which carries `secret` was sent to a provider; False where too many are."""
        now = int(self._clock() * 1000)

        async def work(client: BaseDBAsyncClient) -> bool:
            await models.Attempt.filter(expires_ms__lte=now).using_db(client).delete()
            if await models.Attempt.all().using_db(client).count() >= MOST_ATTEMPTS:
                return False
            await models.Attempt.create(
                using_db=client, digest=digest(secret), provider=provider, expires_ms=now + ATTEMPT_MS
            )
            return True

        return await self._database.write(work)

    async def take(self, secret: str) -> str | None:
        """The provider that it was sent to, this once; None where it came back already, or is too late."""
        now = int(self._clock() * 1000)

        async def look(client: BaseDBAsyncClient) -> models.Attempt | None:
            return await models.Attempt.filter(digest=digest(secret), expires_ms__gt=now).using_db(client).first()

        async def use(client: BaseDBAsyncClient) -> bool:
            return bool(await models.Attempt.filter(digest=digest(secret)).using_db(client).delete())

        found = await self._database.read(look)
        return found.provider if found is not None and await self._database.write(use) else None
