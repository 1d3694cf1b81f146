"""What the web remembers of programs: their tokens, and which revisions they pushed.

May not know what a definition says, or how a request comes in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F

from domain.names import SiteKey
from web import models
from web.database import Database
from web.tokens import Random, digest, new_token

PREFIX = "lbt_"
"""Begins every token, so that scanners for secrets in repositories can tell one."""

MOST_TOKENS = 50
"""Of one site, those that have expired included."""

DAYS = (30, 90, 365)
"""How long a token may be good for."""

_DAY_MS = 86_400_000
_TOUCH_MS = 3_600_000
"""A token's last use is noted no finer than this, so that not every request writes."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a program may do, until when. The secret itself is nowhere kept."""

    id: int
    site: SiteKey
    name: str
    may_write: bool
    made_by: str
    made_ms: int
    expires_ms: int
    used_ms: int | None


class ApiStore:
    """Tokens by site. Every method raises `database.UnavailableError` where the database does not answer."""

    def __init__(self, database: Database, clock: Callable[[], float], random: Random) -> None:
        self._database = database
        self._clock = clock
        self._random = random

    async def create(self, site: SiteKey, name: str, *, may_write: bool, days: int, by: str) -> str | None:
        """Make a token; the secret, which is told this once. None where the site has too many."""
        secret, now = PREFIX + new_token(self._random), int(self._clock() * 1000)

        async def work(client: BaseDBAsyncClient) -> str | None:
            await _wait(client, site)
            if await models.ApiToken.filter(site=site).using_db(client).count() >= MOST_TOKENS:
                return None
            await models.ApiToken.create(
                using_db=client,
                digest=digest(secret),
                site=site,
                name=name,
                may_write=int(may_write),
                made_by=by,
                made_ms=now,
                expires_ms=now + days * _DAY_MS,
            )
            return secret

        return await self._database.write(work)

    async def tokens(self, site: SiteKey) -> tuple[Token, ...]:
        """Every token of a site, newest first, those that have expired too."""

        async def work(client: BaseDBAsyncClient) -> list[models.ApiToken]:
            return await models.ApiToken.filter(site=site).order_by("-id").using_db(client)

        return tuple(map(_token, await self._database.read(work)))

    async def token(self, secret: str) -> Token | None:
        """The token that this is the secret of, unless it was taken back or has expired; notes that it was used."""
        now = int(self._clock() * 1000)

        async def work(client: BaseDBAsyncClient) -> models.ApiToken | None:
            return await models.ApiToken.filter(digest=digest(secret), expires_ms__gt=now).using_db(client).first()

        found = await self._database.read(work)
        if found is None:
            return None
        if found.used_ms is None or found.used_ms <= now - _TOUCH_MS:
            await self._touch(found.id, now)
        return _token(found)

    async def _touch(self, id_: int, now: int) -> None:
        async def work(client: BaseDBAsyncClient) -> None:
            await models.ApiToken.filter(id=id_).using_db(client).update(used_ms=now)

        await self._database.write(work)

    async def revoke(self, site: SiteKey, id_: int) -> str | None:
        """Take a token back at once; its name, or None where the site has none of that id."""

        async def work(client: BaseDBAsyncClient) -> str | None:
            await _wait(client, site)
            found = await models.ApiToken.filter(site=site, id=id_).using_db(client).first()
            if found is None or not await models.ApiToken.filter(site=site, id=id_).using_db(client).delete():
                return None
            return str(found.name)

        return await self._database.write(work)

    async def edited(self, site: SiteKey, revision: int) -> int:
        """The newest revision up to this one that somebody saved in the browser; 0 where all were pushed."""

        async def work(client: BaseDBAsyncClient) -> int:
            return await edited(client, site, revision)

        return await self._database.read(work)


async def edited(client: BaseDBAsyncClient, site: SiteKey, revision: int) -> int:
    """The newest revision up to this one that was not pushed."""
    pushed = await models.Push.filter(site=site, number=revision).using_db(client).first()
    return revision if pushed is None else pushed.edited


async def note_push(client: BaseDBAsyncClient, site: SiteKey, revision: int) -> None:
    """Remember, in the transaction that saves it, that a revision came from a program."""
    before = await edited(client, site, revision - 1)
    await models.Push.create(using_db=client, site=site, number=revision, edited=before)


async def _wait(client: BaseDBAsyncClient, site: SiteKey) -> None:
    """Writing the site's row, even with what it holds, keeps everybody else from it until this is done."""
    await models.Site.filter(key=site).using_db(client).update(revision=F("revision"))


def _token(row: models.ApiToken) -> Token:
    return Token(
        id=row.id,
        site=SiteKey(row.site),
        name=row.name,
        may_write=bool(row.may_write),
        made_by=row.made_by,
        made_ms=row.made_ms,
        expires_ms=row.expires_ms,
        used_ms=row.used_ms,
    )
