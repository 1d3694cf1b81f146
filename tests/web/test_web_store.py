"""What the web remembers, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from domain.artifact import Digest
from domain.names import SiteKey
from tests.web.conftest import Clock
from tests.web.sample import SHOP
from web import models
from web.api.store import MOST_TOKENS
from web.database import UnavailableError, open_database
from web.permission import Role
from web.sessions.session import FIRST_ACCOUNT, HOUR_MS, IDLE_MS, SESSION_MS, Session
from web.store import LINK_MS, Overtaken, Saved, Store, open_store
from web.tokens import digest


async def test_a_sign_in_link_works_once(store: Store) -> None:
    token = await store.create_sign_in_link()
    assert await store.can_sign_in(token)
    session = await store.sign_in(token, None)
    assert session is not None
    assert await store.sessions.find(session) == Session(session, None, FIRST_ACCOUNT, Role.OWNER)
    assert not await store.can_sign_in(token)
    assert await store.sign_in(token, None) is None


async def test_of_many_who_use_a_link_at_once_one_is_signed_in(store: Store) -> None:
    token = await store.create_sign_in_link()
    sessions = await asyncio.gather(*(store.sign_in(token, None) for _ in range(8)))
    assert sum(session is not None for session in sessions) == 1


async def test_a_sign_in_link_expires(store: Store, clock: Clock) -> None:
    token = await store.create_sign_in_link()
    clock.seconds += LINK_MS / 1000 - 1
    assert await store.can_sign_in(token)
    clock.seconds += 1
    assert not await store.can_sign_in(token)
    assert await store.sign_in(token, None) is None


async def test_of_many_who_make_tokens_at_once_none_fails_and_a_site_gets_no_more_than_it_may(
    database_url: str, clock: Clock
) -> None:
    stores = [await open_store(database_url, clock, os.urandom) for _ in range(3)]
    try:
        await stores[0].save_definition(SHOP, {}, "owner")
        tries = (n for _ in range(MOST_TOKENS // 2) for n in range(len(stores)))
        made = await asyncio.gather(
            *(stores[n].api.create(SHOP, "pipeline", may_write=True, days=30, by="owner") for n in tries)
        )
        assert sum(secret is not None for secret in made) == MOST_TOKENS
        ids = [token.id for token in await stores[0].api.tokens(SHOP)]
        assert len(ids) == MOST_TOKENS
        names = await asyncio.gather(*(store.api.revoke(SHOP, id_) for id_ in ids for store in stores))
        assert sum(name is not None for name in names) == MOST_TOKENS
    finally:
        for store in stores:
            await store.close()


async def test_a_new_link_ends_those_before_it_and_no_session(store: Store) -> None:
    session = await store.sign_in(await store.create_sign_in_link(), None)
    earlier, newest = await store.create_sign_in_link(), await store.create_sign_in_link()
    assert not await store.can_sign_in(earlier)
    assert await store.sign_in(earlier, None) is None
    assert await store.sessions.find(str(session)) is not None
    assert await store.sign_in(newest, None) is not None


async def test_signing_in_again_ends_the_session_before(store: Store) -> None:
    first = await store.sign_in(await store.create_sign_in_link(), None)
    assert first is not None
    second = await store.sign_in(await store.create_sign_in_link(), first)
    assert second is not None
    assert await store.sessions.find(first) is None
    assert await store.sessions.find(second) == Session(second, None, FIRST_ACCOUNT, Role.OWNER)


async def test_a_session_ends_when_it_is_idle(store: Store, clock: Clock) -> None:
    session = await store.sign_in(await store.create_sign_in_link(), None)
    assert session is not None
    for _ in range(5):
        clock.seconds += IDLE_MS / 1000 - 60
        assert await store.sessions.find(session) is not None
    clock.seconds += IDLE_MS / 1000 + 1
    assert await store.sessions.find(session) is None


async def test_a_session_that_is_used_every_hour_ends_after_a_week(store: Store, clock: Clock) -> None:
    session = await store.sign_in(await store.create_sign_in_link(), None)
    assert session is not None
    for _ in range(SESSION_MS // HOUR_MS - 1):
        clock.seconds += HOUR_MS / 1000
        assert await store.sessions.find(session) is not None
    clock.seconds += HOUR_MS / 1000
    assert await store.sessions.find(session) is None


async def test_signing_out_ends_the_session(store: Store) -> None:
    session = await store.sign_in(await store.create_sign_in_link(), None)
    assert session is not None
    await store.sessions.sign_out(session)
    assert await store.sessions.find(session) is None


def _everything_in(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir())


async def test_only_digests_of_secrets_are_kept(tmp_path: Path, clock: Clock) -> None:
    store = await open_store(f"sqlite://{tmp_path / 'web.db'}", clock, os.urandom)
    session = await store.sign_in(await store.create_sign_in_link(), None)
    assert session is not None
    unused = await store.create_sign_in_link()
    await store.close()
    written = await asyncio.to_thread(_everything_in, tmp_path)
    assert digest(unused).encode() in written
    assert digest(session).encode() in written
    assert unused.encode() not in written
    assert session.encode() not in written


async def test_every_change_of_a_definition_is_a_revision(store: Store) -> None:
    assert await store.save_definition(SHOP, {"site.yaml": "one"}, "anna") == Saved(1)
    assert await store.save_definition(SHOP, {"site.yaml": "one"}, "anna") == Saved(1)
    assert await store.save_definition(SHOP, {"site.yaml": "two", "experiments/a.yaml": "x"}, "bert") == Saved(2)
    newest, first = await store.definition(SHOP), await store.definition(SHOP, 1)
    assert newest is not None
    assert first is not None
    assert (newest.revision, newest.files, newest.saved_by) == (
        2,
        {"experiments/a.yaml": "x", "site.yaml": "two"},
        "bert",
    )
    assert first.files == {"site.yaml": "one"}
    assert await store.definition(SHOP, 3) is None
    assert await store.definition(SiteKey("other")) is None


async def test_whoever_edited_an_old_revision_overwrites_nothing(store: Store) -> None:
    await store.save_definition(SHOP, {"site.yaml": "one"}, "anna")
    await store.save_definition(SHOP, {"site.yaml": "two"}, "bert", opened=1)
    assert await store.save_definition(SHOP, {"site.yaml": "three"}, "anna", opened=1) == Overtaken(2)
    newest = await store.definition(SHOP)
    assert newest is not None
    assert newest.files == {"site.yaml": "two"}


async def test_of_many_who_save_the_same_revision_at_once_one_succeeds(store: Store) -> None:
    await store.save_definition(SHOP, {"site.yaml": "zero"}, "anna")
    answers = await asyncio.gather(
        *(store.save_definition(SHOP, {"site.yaml": str(n)}, "anna", opened=1) for n in range(12))
    )
    assert sorted(isinstance(answer, Saved) for answer in answers) == [False] * 11 + [True]


async def test_saving_at_once_numbers_every_revision(store: Store) -> None:
    answers = await asyncio.gather(*(store.save_definition(SHOP, {"site.yaml": str(n)}, "anna") for n in range(12)))
    assert sorted(answer.revision for answer in answers) == list(range(1, 13))


async def test_what_was_published_is_remembered(store: Store) -> None:
    await store.save_definition(SHOP, {"site.yaml": "one"}, "anna")
    await store.note_published(SHOP, 1, Digest("0123456789abcdef"))
    (entry,) = await store.sites(FIRST_ACCOUNT)
    assert entry == await store.site(SHOP)
    assert (entry.revision, entry.published, entry.published_digest) == (1, 1, "0123456789abcdef")


async def test_those_who_give_up_leave_a_store_that_answers(store: Store) -> None:
    """A browser that goes away cancels its request; a transaction cut off as it begins must not hold the database."""

    async def give_up_after(steps: int) -> None:
        task = asyncio.create_task(store.save_definition(SHOP, {"site.yaml": str(steps)}, "anna"))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for round_ in range(4):
        await asyncio.gather(*(give_up_after(steps + round_) for steps in range(20)))
    saved = await store.save_definition(SHOP, {"site.yaml": "last"}, "anna")
    kept = await store.definition(SHOP, saved.revision)
    assert kept is not None
    assert kept.files == {"site.yaml": "last"}


async def test_a_database_is_opened_by_two_processes_at_once(database_url: str, clock: Clock) -> None:
    stores = await asyncio.gather(*(open_store(database_url, clock, os.urandom) for _ in range(2)))
    await stores[0].save_definition(SHOP, {"site.yaml": "one"}, "anna")
    assert await stores[1].site(SHOP) is not None
    for store in stores:
        await store.close()


async def test_what_was_saved_is_there_after_a_restart(database_url: str, clock: Clock) -> None:
    for _ in range(2):
        store = await open_store(database_url, clock, os.urandom)
        assert await store.save_definition(SHOP, {"site.yaml": "one"}, "anna") == Saved(1)
        await store.close()


async def test_the_tables_are_those_of_the_models(database_url: str) -> None:
    database = await open_database(database_url)
    for model in (
        models.Site,
        models.Revision,
        models.File,
        models.SignInLink,
        models.Session,
        models.Push,
        models.ApiToken,
        models.Person,
        models.Member,
        models.Invitation,
        models.Attempt,
        models.Newcomer,
    ):
        rows = await database.read(lambda client, model=model: model.all().limit(1).using_db(client).values())  # type: ignore[misc]
        assert rows == []
    await database.close()


@pytest.mark.parametrize("url", ["mysql://localhost/web", "web.db", "sqlite://"])
async def test_another_kind_of_database_is_refused(url: str, clock: Clock) -> None:
    with pytest.raises(ValueError, match="sqlite:///PATH or postgres://"):
        await open_store(url, clock, os.urandom)


@pytest.mark.parametrize("url", ["sqlite:///nowhere/at/all/web.db", "postgres://nobody@127.0.0.1:1/web"])
async def test_a_database_that_does_not_open_is_unavailable(url: str, clock: Clock) -> None:
    with pytest.raises(UnavailableError):
        await open_store(url, clock, os.urandom)
