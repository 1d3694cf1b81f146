"""What the web remembers: sites, every revision of their definitions, and links that sign in.

All else is remembered by stores of their own, which hang from this one: sessions, people, members, sign-ins under way,
programs, the audit log. May not know what a definition means, or what a page looks like.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F

from domain.artifact import Digest
from domain.names import SiteKey
from web import models
from web.api.store import ApiStore, note_push
from web.audit.store import AuditStore
from web.database import Database, open_database
from web.members.store import MemberStore
from web.openid.store import AttemptStore
from web.people.store import PeopleStore
from web.sessions.session import FIRST_ACCOUNT, HOUR_MS
from web.sessions.store import SessionStore
from web.tokens import Random, digest, new_token

Clock = Callable[[], float]
"""Seconds since 1970-01-01 UTC."""

LINK_MS = 24 * HOUR_MS
"""A link that nobody opens ends after so long."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A site as written: file names and texts of one revision."""

    site: SiteKey
    revision: int
    files: Mapping[str, str]
    saved_ms: int
    saved_by: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A revision as the list of them names it."""

    revision: int
    saved_ms: int
    saved_by: str


@dataclass(frozen=True, slots=True)
class Saved:
    """The definition is kept as this revision; the one before, where nothing had changed."""

    revision: int


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Nothing was saved: since it was opened, somebody else has saved this revision."""

    revision: int


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """One site of the list: its newest revision, and which one was last published from here, as what."""

    key: SiteKey
    revision: int
    published: int | None
    published_digest: Digest | None
    account: int = FIRST_ACCOUNT


class Store:
    """The web's memory. Every method raises `database.UnavailableError` where the database does not answer."""

    def __init__(self, database: Database, clock: Clock, random: Random) -> None:
        self._database = database
        self._clock = clock
        self._random = random
        self.api = ApiStore(database, clock, random)
        """What is remembered of programs."""
        self.sessions = SessionStore(database, clock, random)
        self.people = PeopleStore(database, clock, random)
        self.members = MemberStore(database)
        self.attempts = AttemptStore(database, clock)
        self.audit = AuditStore(database)
        """Who changed what, and when."""

    async def create_sign_in_link(self) -> str:
        """A new token for `/sign-in/TOKEN`, good for one use within a day; every link before it works no longer."""
        token = new_token(self._random)

        async def work(client: BaseDBAsyncClient) -> None:
            await models.SignInLink.all().using_db(client).delete()
            await models.SignInLink.create(using_db=client, digest=digest(token), expires_ms=self._now() + LINK_MS)

        await self._database.write(work)
        return token

    async def can_sign_in(self, token: str) -> bool:
        """Whether the link has neither been used nor expired. Does not use it."""

        async def work(client: BaseDBAsyncClient) -> bool:
            return (
                await models.SignInLink.filter(digest=digest(token), expires_ms__gt=self._now())
                .using_db(client)
                .exists()
            )

        return await self._database.read(work)

    async def sign_in(self, token: str, old: str | None) -> str | None:
        """Use the link up and begin a session, ending `old`; its secret, or None where the link is used or expired."""
        now = self._now()

        async def work(client: BaseDBAsyncClient) -> str | None:
            links = models.SignInLink.filter(digest=digest(token), expires_ms__gt=now)
            if not await links.using_db(client).delete():
                return None
            await models.SignInLink.filter(expires_ms__lte=now).using_db(client).delete()
            return await self.sessions.insert(client, None, FIRST_ACCOUNT, "", old)

        return await self._database.write(work)

    async def sites(self, account: int) -> tuple[SiteEntry, ...]:
        """Every site of an account, by key."""

        async def work(client: BaseDBAsyncClient) -> list[models.Site]:
            return await models.Site.filter(account=account).order_by("key").using_db(client)

        return tuple(_entry(row) for row in await self._database.read(work))

    async def site(self, key: SiteKey) -> SiteEntry | None:
        """One site; None where there is none of that key."""

        async def work(client: BaseDBAsyncClient) -> models.Site | None:
            return await models.Site.filter(key=key).using_db(client).first()

        row = await self._database.read(work)
        return None if row is None else _entry(row)

    async def definition(self, site: SiteKey, revision: int | None = None) -> Definition | None:
        """A revision of a site's definition, the newest where none is named; None where there is none."""

        async def work(client: BaseDBAsyncClient) -> Definition | None:
            revisions = models.Revision.filter(site=site, **({} if revision is None else {"number": revision}))
            row = await revisions.order_by("-number").using_db(client).first()
            if row is None:
                return None
            files = await _files(client, site, row.number)
            return Definition(site, row.number, files, row.saved_ms, row.saved_by)

        return await self._database.read(work)

    async def revisions(self, site: SiteKey, before: int | None, most: int) -> tuple[Noted, ...]:
        """The newest first, those below `before` where that is given."""

        async def work(client: BaseDBAsyncClient) -> tuple[Noted, ...]:
            below = {} if before is None else {"number__lt": before}
            rows = models.Revision.filter(site=site, **below).order_by("-number").limit(most).using_db(client)
            return tuple(Noted(row.number, row.saved_ms, row.saved_by) for row in await rows)

        return await self._database.read(work)

    async def save_definition(
        self,
        site: SiteKey,
        files: Mapping[str, str],
        by: str,
        opened: int | None = None,
        *,
        pushed: bool = False,
        account: int = FIRST_ACCOUNT,
    ) -> Saved | Overtaken:
        """Keep a definition as a new revision, whether or not it compiles; `opened` is the revision that was edited.

        `pushed` says that a program saves it, not a person. A site that is new belongs to `account`.
        """
        now = self._now()

        async def work(client: BaseDBAsyncClient) -> Saved | Overtaken:
            row = models.Site(key=site, revision=0, account=account)
            await models.Site.bulk_create([row], ignore_conflicts=True, using_db=client)
            # Writing the row, even with what it holds, keeps everybody else from saving until this is done.
            await models.Site.filter(key=site).using_db(client).update(revision=F("revision"))
            newest = (await models.Site.get(key=site, using_db=client)).revision
            if opened is not None and opened != newest:
                return Overtaken(newest)
            if newest and await _files(client, site, newest) == dict(files):
                return Saved(newest)
            await _insert(client, site, newest + 1, files, now, by)
            if pushed:
                await note_push(client, site, newest + 1)
            return Saved(newest + 1)

        return await self._database.write(work)

    async def note_published(self, site: SiteKey, revision: int, digest: Digest) -> None:
        """Remember which revision is live, and as what."""

        async def work(client: BaseDBAsyncClient) -> None:
            row = models.Site.filter(key=site).using_db(client)
            await row.update(published_revision=revision, published_digest=digest)

        await self._database.write(work)

    async def check(self) -> None:
        """Ask the database for an answer."""

        async def work(client: BaseDBAsyncClient) -> None:
            await client.execute_query("SELECT 1")

        await self._database.read(work)

    async def close(self) -> None:
        """Finish what is under way and close the database."""
        await self._database.close()

    def _now(self) -> int:
        return int(self._clock() * 1000)


async def open_store(url: str, clock: Clock, random: Random) -> Store:
    """Open the database at `url` (see `database.open_database`) and bring its tables up to date."""
    return Store(await open_database(url), clock, random)


def _entry(row: models.Site) -> SiteEntry:
    published = None if row.published_digest is None else Digest(row.published_digest)
    return SiteEntry(SiteKey(row.key), row.revision, row.published_revision, published, row.account)


async def _files(client: BaseDBAsyncClient, site: SiteKey, number: int) -> dict[str, str]:
    rows = await models.File.filter(site=site, number=number).order_by("name").using_db(client)
    return {row.name: row.text for row in rows}


async def _insert(
    client: BaseDBAsyncClient, site: SiteKey, number: int, files: Mapping[str, str], now: int, by: str
) -> None:
    await models.Revision.create(using_db=client, site=site, number=number, saved_ms=now, saved_by=by)
    rows = [models.File(site=site, number=number, name=name, text=text) for name, text in sorted(files.items())]
    await models.File.bulk_create(rows, using_db=client)
    await models.Site.filter(key=site).using_db(client).update(revision=number)
