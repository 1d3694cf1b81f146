"""What the guard did is in the web's audit log, and the web knows which revision visitors load; or the log says not."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cdn_publish.history import Release
from domain.artifact import Digest
from leadbright.remembering import remembering
from leadbright.watching import RolledBack
from tests.leadbright.watched import NOON, SHOP
from web.audit.line import AuditLine, Deed
from web.store import Store, open_store

SOUND = Digest("5" * 16)
DONE = RolledBack(Release(3, SOUND, NOON, "guard", "", "release 2 rolled back: it broke"), 1, "it broke")
NOW_MS = int(NOON.timestamp() * 1000)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite://{tmp_path / 'web.db'}", NOON.timestamp, os.urandom)
    yield opened
    await opened.close()


async def test_a_rollback_is_noted_with_the_revision_that_visitors_load_now(store: Store) -> None:
    await store.save_definition(SHOP, {"site.yaml": "site: shop"}, "anna")
    published = AuditLine(SHOP, NOW_MS, "anna", Deed.PUBLISHED, "production", 1, SOUND, 1)
    await store.audit.note(published)
    await remembering(store, NOON.timestamp)(SHOP, DONE)
    noted = replace(published, who="guard", did=Deed.ROLLED_BACK, number=3, note=DONE.release.note)
    assert await store.audit.lines(SHOP, 9) == (noted, published)
    entry = await store.site(SHOP)
    assert entry is not None
    assert (entry.published, entry.published_digest) == (1, SOUND)


async def test_what_was_published_from_elsewhere_is_noted_without_a_revision(store: Store) -> None:
    await remembering(store, NOON.timestamp)(SHOP, DONE)
    (line,) = await store.audit.lines(SHOP, 9)
    assert (line.who, line.revision) == ("guard", None)


async def test_a_database_that_is_away_is_said(store: Store) -> None:
    await store.close()
    with capture_logs() as logged:
        await remembering(store, NOON.timestamp)(SHOP, DONE)
    assert [(each["event"], each["site"]) for each in logged] == [("a rollback is not in the audit log", SHOP)]
