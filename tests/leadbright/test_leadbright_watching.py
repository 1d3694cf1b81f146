"""A watched release: what breaks is rolled back once, and the log says why; a person wins; silence does nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from cdn_publish.folder import FolderTarget
from cdn_publish.history import ReleaseNote
from cdn_publish.release import rollback
from cdn_publish.target import TargetError
from domain.artifact import ArtifactSet
from domain.report import Days
from leadbright.watching import BY, LeftAlone, Overtaken, Reason, RolledBack, Steady, Unseen, said, watch
from tests.cdn_publish.publishing import HookedTarget, nothing
from tests.leadbright.watched import (
    BEFORE,
    DEAD,
    ILL,
    NOON,
    ORIGINAL,
    OTHER,
    PLACE,
    SHOP,
    SOUND,
    WELL,
    World,
    log_of,
    publish_in_turn,
)

WHILE_S = 600.0
TODAY = NOON.toordinal() - 719_163


@pytest.fixture
def target(tmp_path: Path) -> FolderTarget:
    return FolderTarget(tmp_path / "cdn")


async def test_a_release_that_breaks_the_site_is_rolled_back_and_the_log_says_why(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, DEAD])
    world = World(target, [*ILL])
    ended = await watch(world.post(), PLACE, 2, WHILE_S)
    assert isinstance(ended, RolledBack)
    newest = (await log_of(target))[-1]
    assert (newest.number, newest.digest, newest.by, newest.at) == (3, SOUND.digest, BY, NOON + timedelta(seconds=30))
    assert newest.note == (
        "release 2 rolled back: buy by hero/bold was reached 0 times in 500 visitors, by the first variation's "
        "100 times in 500 visitors (chance 2e-18)"
    )
    assert said(ended).endswith("release 3 is live, with the content of release 1")
    assert world.pauses == 2
    assert world.told == [PLACE]


async def test_a_sound_release_stays(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, OTHER])
    world = World(target, [*WELL])
    assert await watch(world.post(), PLACE, 2, WHILE_S) == Steady(2_000)
    assert (world.pauses, world.told) == (40, [])
    assert len(await log_of(target)) == 2


LEFT_ALONE: dict[Reason, Sequence[ArtifactSet]] = {
    Reason.NOTHING_BEFORE: [DEAD],
    Reason.KNOWN: [SOUND, DEAD, SOUND],
    Reason.ORIGINAL: [SOUND, ORIGINAL],
}


@pytest.mark.parametrize("reason", Reason)
async def test_what_is_not_watched(reason: Reason, target: FolderTarget) -> None:
    live = await publish_in_turn(target, LEFT_ALONE[reason])
    world = World(target, [*ILL])
    assert await watch(world.post(), PLACE, live.number, WHILE_S) == LeftAlone(reason)
    assert world.asked == []


async def test_nothing_is_given_up_twice(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, DEAD])
    assert isinstance(await watch(World(target, [*ILL]).post(), PLACE, 2, WHILE_S), RolledBack)
    assert await watch(World(target, [*ILL]).post(), PLACE, 3, WHILE_S) == LeftAlone(Reason.KNOWN)
    await publish_in_turn(target, [DEAD])
    assert await watch(World(target, [*ILL]).post(), PLACE, 4, WHILE_S) == LeftAlone(Reason.KNOWN)
    assert len(await log_of(target)) == 4


async def test_a_release_that_a_person_makes_meanwhile_wins(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, DEAD])

    async def repair(pause: int) -> None:
        if pause == 2:
            await publish_in_turn(target, [OTHER])

    ended = await watch(World(target, [*ILL], repair).post(), PLACE, 2, WHILE_S)
    assert isinstance(ended, Overtaken)
    assert (ended.newest.number, ended.newest.by) == (3, "anna")
    assert len(await log_of(target)) == 3


async def test_a_release_that_comes_at_the_last_moment_wins(target: FolderTarget) -> None:
    """Between the look that finds out and the rollback."""
    await publish_in_turn(target, [SOUND, DEAD])
    reads = 0

    async def repair(_: int, what: str, path: str) -> None:
        nonlocal reads
        if what == "read" and path == PLACE.log:
            reads += 1
            if reads == 4:  # one at the beginning, one for each of two looks, and the rollback's own
                await publish_in_turn(target, [OTHER])

    ended = await watch(World(HookedTarget(target, repair, nothing), [*ILL]).post(), PLACE, 2, WHILE_S)
    assert isinstance(ended, Overtaken)
    assert [release.by for release in await log_of(target)] == ["anna", "anna", "anna"]


async def test_two_who_watch_roll_back_once(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, DEAD])

    async def other(pause: int) -> None:
        if pause == 2:
            note = ReleaseNote(BY, note="the other one's")
            await rollback(target, PLACE.environment, SHOP, None, note, NOON, after=2)

    ended = await watch(World(target, [*ILL], other).post(), PLACE, 2, WHILE_S)
    assert isinstance(ended, Overtaken)
    assert ended.newest.by == BY
    assert len(await log_of(target)) == 3


async def test_a_release_that_is_not_live_is_not_watched(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, DEAD, OTHER])
    ended = await watch(World(target, [*ILL]).post(), PLACE, 2, WHILE_S)
    assert isinstance(ended, Overtaken)
    assert ended.newest.number == 3


async def test_where_nobody_answers_nothing_is_done_and_it_is_said(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, DEAD])
    world = World(target, [None])
    ended = await watch(world.post(), PLACE, 2, WHILE_S)
    assert ended == Unseen("no aggregator answers")
    assert said(ended) == "it could not be seen how it fares: no aggregator answers"
    assert len(await log_of(target)) == 2


@pytest.mark.parametrize("silence", [0, 2])
async def test_an_aggregator_that_is_away_for_a_while_only_delays(silence: int, target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, DEAD])
    world = World(target, [*ILL[:silence], None, *ILL[silence:]])
    assert isinstance(await watch(world.post(), PLACE, 2, WHILE_S), RolledBack)
    assert world.pauses == 3


async def test_a_target_that_fails_at_the_rollback_is_asked_again(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, DEAD])
    is_away = True

    async def fail_once(_: int, what: str, path: str) -> None:
        nonlocal is_away
        if what == "replace" and is_away:
            is_away = False
            raise TargetError("the disk is full")

    world = World(HookedTarget(target, fail_once, nothing), [*ILL])
    assert isinstance(await watch(world.post(), PLACE, 2, WHILE_S), RolledBack)
    assert not is_away
    assert world.pauses == 3


async def test_a_rollback_that_never_works_is_said(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, DEAD])

    async def fail(_: int, what: str, path: str) -> None:
        if what == "replace":
            raise TargetError("the disk is full")

    world = World(HookedTarget(target, fail, nothing), [*ILL])
    assert await watch(world.post(), PLACE, 2, WHILE_S) == Unseen("release 3 may be live in part: the disk is full")
    assert (await log_of(target))[-1].number == 2


@pytest.mark.parametrize(("days_ago", "first"), [(0, TODAY - 1), (3, TODAY - 4), (30, TODAY - 7)])
async def test_days_are_compared_from_the_last_release_on_a_week_at_most(
    days_ago: int, first: int, target: FolderTarget
) -> None:
    await publish_in_turn(target, [SOUND], NOON - timedelta(days=days_ago))
    await publish_in_turn(target, [DEAD])
    world = World(target, [BEFORE])
    await watch(world.post(), PLACE, 2, 15.0)
    assert set(world.asked) == {Days(first, TODAY + 2)}


async def test_a_database_that_went_back_speaks_for_nothing(target: FolderTarget) -> None:
    await publish_in_turn(target, [SOUND, DEAD])
    world = World(target, [BEFORE, WELL[1], ORIGIN])
    assert isinstance(await watch(world.post(), PLACE, 2, WHILE_S), Steady)


ORIGIN = type(BEFORE)()
"""Nothing was counted at all."""
