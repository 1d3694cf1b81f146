"""Releases are promoted byte for byte, old bodies are taken away, and a lost log is made anew."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cdn_publish.cleaning import KEPT_RELEASES, clean, kept
from cdn_publish.folder import FolderTarget
from cdn_publish.history import DamagedError, History, Release, ReleaseNote
from cdn_publish.layout import Environment, Place
from cdn_publish.rebuilding import Nothing, Rebuilt, Sound, rebuild
from cdn_publish.release import NoSuchRelease, Published, Unchanged, promote, publish, releases, rollback
from cdn_publish.site_files import SiteFiles
from domain.artifact import Digest
from tests.cdn_publish.publishing import SHOP, HookedTarget, artifacts, nothing, served

PRODUCTION, STAGING = Environment.PRODUCTION, Environment.STAGING
PLACE = Place(PRODUCTION, SHOP)
NOTE = ReleaseNote("ci")
AT = datetime(2026, 11, 24, 9, 0, 0, 123, tzinfo=UTC)
LOG = "production/shop/releases.json"


async def test_a_promotion_moves_the_same_bytes(target: FolderTarget) -> None:
    for content in "ab":
        await publish(target, STAGING, artifacts(content), NOTE, AT)
    await publish(target, PRODUCTION, artifacts("c"), NOTE, AT)
    answer = await promote(target, SHOP, None, NOTE, AT)
    assert isinstance(answer, Published)
    assert (answer.release.number, answer.content_of) == (2, 2)
    assert await served(target) == {a.name: a.body for a in artifacts("b").artifacts}
    assert isinstance(await promote(target, SHOP, None, NOTE, AT), Unchanged)
    older = await promote(target, SHOP, 1, NOTE, AT)
    assert isinstance(older, Published)
    assert older.release.digest == artifacts("a").digest


async def test_there_must_be_something_to_promote(target: FolderTarget) -> None:
    assert await promote(target, SHOP, None, NOTE, AT) == NoSuchRelease(None)
    await publish(target, STAGING, artifacts("a"), NOTE, AT)
    assert await promote(target, SHOP, 7, NOTE, AT) == NoSuchRelease(7)
    assert (await releases(target, PRODUCTION, SHOP)).history.releases == ()


def logged(*days_ago: int) -> History:
    """Releases 1, 2, … that many days ago, each with a content of its own."""
    at = [AT - timedelta(days=days) for days in days_ago]
    return History(tuple(Release(n, Digest(f"{n:016x}"), a, "", "", "") for n, a in enumerate(at, start=1)))


KEPT = {
    "the last 20, however old": (logged(*range(200, 100, -1)), range(81, 101)),
    "what was live in the last 30 days, however many": (logged(90, 60, 40, *([1] * 40)), range(3, 44)),
    "all of a short log": (logged(900, 800), range(1, 3)),
    "nothing of an empty log": (logged(), range(0)),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_may_be_wanted_is_kept(name: str) -> None:
    history, numbers = KEPT[name]
    assert kept(history, AT) == {f"{n:016x}" for n in numbers}


async def many_releases(target: FolderTarget, count: int) -> None:
    for n in range(count):
        await publish(target, PRODUCTION, artifacts(str(n)), NOTE, AT - timedelta(days=400 - n))


async def test_old_bodies_are_taken_away_and_the_log_stays(target: FolderTarget, folder: Path) -> None:
    await many_releases(target, KEPT_RELEASES + 2)
    assert set(await clean(target, PLACE, AT)) == {artifacts("0").digest, artifacts("1").digest}
    there = {path.name for path in (folder / "production/shop/r").iterdir()}
    assert there == {artifacts(str(n)).digest for n in range(2, KEPT_RELEASES + 2)}
    log = await releases(target, PRODUCTION, SHOP)
    assert log.finished
    assert len(log.history.releases) == KEPT_RELEASES + 2
    assert await clean(target, PLACE, AT) == ()
    assert isinstance(await rollback(target, PRODUCTION, SHOP, 3, NOTE, AT), Published)


@pytest.mark.parametrize("call", range(1, 12))
async def test_what_is_rolled_back_to_meanwhile_is_not_taken_away(target: FolderTarget, call: int) -> None:
    await many_releases(target, KEPT_RELEASES + 1)

    async def meanwhile(at: int, what: str, path: str) -> None:
        if at == call:
            with suppress(DamagedError):  # it came too late, and is told so
                await rollback(target, PRODUCTION, SHOP, 1, NOTE, AT)

    cleaned = HookedTarget(target, meanwhile, nothing)
    await clean(cleaned, PLACE, AT)
    assert cleaned.calls >= 5
    log = await releases(target, PRODUCTION, SHOP)
    assert log.finished
    assert log.history.live is not None
    assert isinstance(await rollback(target, PRODUCTION, SHOP, log.history.live.number, NOTE, AT), Unchanged)


@pytest.mark.parametrize("call", range(1, 20))
async def test_a_release_that_is_cleaned_meanwhile_is_whole(target: FolderTarget, call: int) -> None:
    await many_releases(target, KEPT_RELEASES + 1)

    async def meanwhile(at: int, what: str, path: str) -> None:
        if at == call:
            await clean(target, PLACE, AT)

    hooked = HookedTarget(target, meanwhile, nothing)
    with suppress(DamagedError):  # it was cleaned before anybody wanted it
        await rollback(hooked, PRODUCTION, SHOP, 1, NOTE, AT)
    log = await releases(target, PRODUCTION, SHOP)
    assert log.finished
    assert log.history.live is not None
    whole = await SiteFiles(target, PLACE).bodies(log.history.live.digest)
    assert whole == await served(target)


async def test_what_is_live_has_its_bodies_after_it_is_published_again(target: FolderTarget, folder: Path) -> None:
    await publish(target, PRODUCTION, artifacts("a"), NOTE, AT)
    shutil.rmtree(folder / f"production/shop/r/{artifacts('a').digest}")
    assert isinstance(await publish(target, PRODUCTION, artifacts("a"), NOTE, AT), Unchanged)
    assert await SiteFiles(target, PLACE).bodies(artifacts("a").digest) == await served(target)


@pytest.mark.parametrize("log", [None, b"", b"{", b'{"v":1,"releases":[{}]}'])
async def test_a_log_that_is_lost_is_made_of_what_is_there(
    target: FolderTarget, folder: Path, log: bytes | None
) -> None:
    for content in "abc":
        await publish(target, PRODUCTION, artifacts(content), NOTE, AT)
    (folder / LOG).unlink() if log is None else (folder / LOG).write_bytes(log)
    answer = await rebuild(target, PLACE, ReleaseNote("anna", note="rebuilt"), AT)
    assert isinstance(answer, Rebuilt)
    found = await releases(target, PRODUCTION, SHOP)
    assert found.finished
    assert found.history == answer.history
    assert [r.number for r in found.history.releases] == [2, 3, 4]
    assert {r.digest for r in found.history.releases} == {artifacts(content).digest for content in "abc"}
    assert found.history.releases[-1].digest == artifacts("c").digest
    assert await rebuild(target, PLACE, NOTE, AT) == Sound()


async def test_a_half_moved_release_is_rebuilt_to_what_visitors_load(target: FolderTarget, folder: Path) -> None:
    for content in "ab":
        await publish(target, PRODUCTION, artifacts(content), NOTE, AT)
    (folder / "production/shop/lb.js").write_bytes(b"run('a')\n//1")
    (folder / LOG).unlink()
    answer = await rebuild(target, PLACE, NOTE, AT)
    assert isinstance(answer, Rebuilt)
    assert answer.history.releases[-1].digest == artifacts("a").digest
    assert answer.history.releases[-1].number == 3
    assert await served(target) == {a.name: a.body for a in artifacts("a").artifacts}


async def test_under_a_lost_log_nothing_is_released_while_it_can_be_made_anew(
    target: FolderTarget, folder: Path
) -> None:
    for content in "abc":
        await publish(target, STAGING, artifacts(content), NOTE, AT)
        await publish(target, PRODUCTION, artifacts(content), NOTE, AT)
    (folder / LOG).unlink()
    for releasing in (
        publish(target, PRODUCTION, artifacts("d"), NOTE, AT),
        rollback(target, PRODUCTION, SHOP, None, NOTE, AT),
        promote(target, SHOP, 1, NOTE, AT),
    ):
        with pytest.raises(DamagedError, match=r"releases.json is missing; leadbright rebuild-log makes it anew"):
            await releasing
    assert (folder / "production/shop/lb.js").read_bytes() == b"run('c')\n//3"
    assert isinstance(await rebuild(target, PLACE, NOTE, AT), Rebuilt)
    answer = await publish(target, PRODUCTION, artifacts("d"), NOTE, AT)
    assert isinstance(answer, Published)
    assert answer.release.number == 5


async def test_where_nothing_is_left_of_the_releases_numbers_go_on_all_the_same(
    target: FolderTarget, folder: Path
) -> None:
    for content in "abc":
        await publish(target, PRODUCTION, artifacts(content), NOTE, AT)
    (folder / LOG).unlink()
    shutil.rmtree(folder / PLACE.bodies)
    answer = await publish(target, PRODUCTION, artifacts("d"), NOTE, AT)
    assert isinstance(answer, Published)
    assert answer.release.number == 4
    assert (folder / "production/shop/lb.js").read_bytes() == b"run('d')\n//4"


async def test_from_nothing_no_log_is_made(target: FolderTarget, folder: Path) -> None:
    assert await rebuild(target, PLACE, NOTE, AT) == Nothing()
    await publish(target, PRODUCTION, artifacts("a"), NOTE, AT)
    (folder / LOG).unlink()
    (folder / f"production/shop/r/{artifacts('a').digest}/lb.js").write_bytes(b"torn")
    assert await rebuild(target, PLACE, NOTE, AT) == Nothing()
    assert not (folder / LOG).exists()
