"""The guard of a running Leadbright finds every new release and watches it for what is left of its while."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cdn_publish.folder import FolderTarget
from cdn_publish.target import Stored, TargetError
from domain.names import SiteKey
from leadbright.guard import Guard, guarding, logs_since
from leadbright.readiness import until_ready
from leadbright.watching import RolledBack
from tests.leadbright.watched import DEAD, ILL, NOON, OTHER, PLACE, SHOP, SOUND, WELL, World, log_of, publish_in_turn

WHILE_S = 600.0
PATIENCE_S = 10.0


async def forget(site: SiteKey, done: RolledBack) -> None:
    """Where nobody keeps what the guard does."""


@pytest.fixture
def target(tmp_path: Path) -> FolderTarget:
    return FolderTarget(tmp_path)


async def rolled_back(target: FolderTarget) -> None:
    """Wait until the guard has made a release."""

    async def is_so() -> bool:
        return (await log_of(target))[-1].by == "guard"

    assert await until_ready(is_so, PATIENCE_S, 0.005)


async def at_rest(guard: Guard) -> None:
    """Wait until nothing is watched."""

    async def is_so() -> bool:
        return not guard.watched

    assert await until_ready(is_so, PATIENCE_S, 0.005)


async def test_a_release_that_is_noticed_is_watched(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, DEAD])
    kept: list[RolledBack] = []

    async def keep(site: SiteKey, done: RolledBack) -> None:
        assert site == SHOP
        kept.append(done)

    guard = Guard(World(target, [*ILL]).post(), WHILE_S, keep)
    assert guard.notice(SHOP)
    assert not guard.notice(SHOP)
    await rolled_back(target)
    await at_rest(guard)
    assert guard.notice(SHOP)
    await at_rest(guard)
    assert [done.release for done in kept] == [(await log_of(target))[2]]
    assert len(await log_of(target)) == 3


async def test_a_release_in_a_folder_is_found_whoever_made_it(target: FolderTarget, tmp_path: Path) -> None:
    now = datetime.now(UTC)  # by which the folder goes
    await publish_in_turn(target, [SOUND, DEAD], now)
    async with guarding(Guard(World(target, [*ILL], now=now).post(), WHILE_S, forget), tmp_path, scan_s=0.01):
        await rolled_back(target)


async def test_a_release_in_a_folder_is_found_while_the_guard_is_up(target: FolderTarget, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    await publish_in_turn(target, [SOUND], now - timedelta(days=1))
    is_published = asyncio.Event()

    async def hold(_: int) -> None:
        await is_published.wait()

    async with guarding(Guard(World(target, [*ILL], hold, now).post(), WHILE_S, forget), tmp_path, scan_s=0.01):
        await publish_in_turn(target, [DEAD], now)
        is_published.set()
        await rolled_back(target)


async def test_what_follows_a_release_is_watched_in_its_place(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, OTHER])

    async def follow(pause: int) -> None:
        if pause == 2:
            await publish_in_turn(target, [DEAD], NOON + timedelta(seconds=30))

    world = World(target, [*WELL, *ILL], follow)
    guard = Guard(world.post(), WHILE_S, forget)
    guard.notice(SHOP)
    await rolled_back(target)
    note = (await log_of(target))[-1].note
    assert note.startswith("release 3 rolled back: ")
    await guard.close()


@pytest.mark.parametrize(("age_s", "left_s"), [(0, 600), (450, 150), (601, 0), (-90, 600)])
async def test_a_guard_that_starts_late_watches_for_what_is_left(age_s: int, left_s: int, target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, OTHER], NOON - timedelta(seconds=age_s))
    world = World(target, [*WELL])
    guard = Guard(world.post(), WHILE_S, forget)
    guard.notice(SHOP)
    await at_rest(guard)
    assert world.now - NOON == timedelta(seconds=left_s)


async def test_there_is_a_bound_to_what_is_watched_at_once(target: FolderTarget) -> None:
    guard = Guard(World(target, [*WELL]).post(), WHILE_S, forget, most=2)
    assert [guard.notice(SiteKey(key)) for key in ("a", "b", "c")] == [True, True, False]
    await at_rest(guard)
    assert guard.notice(SiteKey("c"))
    await guard.close()


async def test_closing_ends_every_watch(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, OTHER])
    waiting = asyncio.Event()

    async def hold(_: int) -> None:
        waiting.set()
        await asyncio.Event().wait()

    guard = Guard(World(target, [*WELL], hold).post(), WHILE_S, forget)
    guard.notice(SHOP)
    await asyncio.wait_for(waiting.wait(), PATIENCE_S)
    await guard.close()
    assert not guard.watched


class Hiccup(FolderTarget):
    """A folder that could not be read the first time."""

    reads = 0

    async def read(self, path: str) -> Stored | None:
        """Refused once."""
        self.reads += 1
        if self.reads == 1:
            raise TargetError("the store is away")
        return await super().read(path)


async def test_a_target_that_could_not_be_read_for_a_moment_is_guarded(target: FolderTarget, tmp_path: Path) -> None:
    await publish_in_turn(target, [SOUND, DEAD])
    guard = Guard(World(Hiccup(tmp_path), [*ILL]).post(), WHILE_S, forget)
    guard.notice(SHOP)
    await rolled_back(target)
    await guard.close()


async def test_a_target_that_cannot_be_read_ends_a_watch_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "production" / SHOP).mkdir(parents=True)
    (tmp_path / PLACE.log).write_text("{")
    guard = Guard(World(FolderTarget(tmp_path), [*WELL]).post(), WHILE_S, forget)
    guard.notice(SHOP)
    await at_rest(guard)
    assert guard.notice(SHOP)
    await guard.close()


async def test_logs_of_a_folder_are_found_by_when_they_were_written(target: FolderTarget, tmp_path: Path) -> None:
    assert logs_since(tmp_path / "nowhere", 0.0) == {}
    await publish_in_turn(target, [SOUND])
    (tmp_path / "production" / "Not a key").mkdir()
    (tmp_path / "production" / "stray").write_text("")
    written = (tmp_path / PLACE.log).stat()
    assert logs_since(tmp_path, written.st_mtime - 1) == {SHOP: written.st_mtime_ns}
    assert logs_since(tmp_path, written.st_mtime + 1) == {}
