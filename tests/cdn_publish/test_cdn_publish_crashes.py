"""Publishers that die, race or sleep: what visitors and relays are served meanwhile and afterwards."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cdn_publish.folder import FolderTarget
from cdn_publish.history import ReleaseNote
from cdn_publish.layout import Environment
from cdn_publish.release import LostRace, Published, Unchanged, publish, releases
from tests.cdn_publish.publishing import SHOP, HookedTarget, artifacts, nothing, served

PRODUCTION = Environment.PRODUCTION
NOTE = ReleaseNote("ci")
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LB = "production/shop/lb.js"
CALLS = 17
"""What a second release costs; the test below says so."""
LOG_CALL = 8
"""The call that puts it into the log."""


class Crash(Exception):  # noqa: N818  it is one
    """The publishing process is gone."""


def dying(folder: Path, at_call: int, *, after: bool) -> HookedTarget:
    """A target that crashes at one call, before the store has done it or after."""

    async def crash(call: int, what: str, path: str) -> None:
        if call == at_call:
            raise Crash

    return HookedTarget(FolderTarget(folder), nothing if after else crash, crash if after else nothing)


async def test_a_second_release_takes_so_many_calls(folder: Path) -> None:
    await publish(FolderTarget(folder), PRODUCTION, artifacts("a"), NOTE, AT)
    counted = HookedTarget(FolderTarget(folder), nothing, nothing)
    await publish(counted, PRODUCTION, artifacts("b"), NOTE, AT)
    assert counted.calls == CALLS


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, CALLS + 1))
async def test_a_crash_at_any_call_leaves_a_whole_release_serving(folder: Path, call: int, after: bool) -> None:
    healthy = FolderTarget(folder)
    await publish(healthy, PRODUCTION, artifacts("a"), NOTE, AT)
    with pytest.raises(Crash):
        await publish(dying(folder, call, after=after), PRODUCTION, artifacts("b"), NOTE, AT)

    # Visitors load lb.js alone: the old one until the very last call. What relays know is never behind it.
    files = await served(FolderTarget(folder))
    done = call == CALLS and after
    assert files["lb.js"] == (b"run('b')" if done else b"run('a')")
    logged = [r.digest for r in (await releases(healthy, PRODUCTION, SHOP)).history.releases]
    assert logged[0] == artifacts("a").digest
    assert files["relay.json"] == b'{"relay":"a"}' or logged[-1] == artifacts("b").digest

    # The next publisher finishes it, whatever was left.
    unfinished = not (await releases(healthy, PRODUCTION, SHOP)).finished
    answer = await publish(healthy, PRODUCTION, artifacts("b"), NOTE, AT)
    assert isinstance(answer, Unchanged if unfinished or done else Published)
    assert await served(FolderTarget(folder)) == {a.name: a.body for a in artifacts("b").artifacts}
    log = await releases(healthy, PRODUCTION, SHOP)
    assert log.finished
    assert [r.number for r in log.history.releases] == [1, 2]


async def test_of_publishers_that_race_one_wins_and_the_others_are_told(folder: Path) -> None:
    await publish(FolderTarget(folder), PRODUCTION, artifacts("a"), NOTE, AT)
    contents = [f"b{n}" for n in range(6)]
    answers = await asyncio.gather(
        *(publish(FolderTarget(folder), PRODUCTION, artifacts(content), NOTE, AT) for content in contents)
    )
    log = await releases(FolderTarget(folder), PRODUCTION, SHOP)
    assert log.finished
    newest = log.history.live
    winners = [answer for answer in answers if isinstance(answer, Published)]
    assert newest in [winner.release for winner in winners]
    assert len(winners) == len({winner.release.number for winner in winners})
    assert all(isinstance(answer, Published | LostRace) for answer in answers)
    assert newest is not None
    live = next(content for content in contents if artifacts(content).digest == newest.digest)
    assert await served(FolderTarget(folder)) == {a.name: a.body for a in artifacts(live).artifacts}


async def test_the_first_release_of_a_site_has_one_maker(folder: Path) -> None:
    answers = await asyncio.gather(
        *(publish(FolderTarget(folder), PRODUCTION, artifacts(content), NOTE, AT) for content in "abcd")
    )
    log = await releases(FolderTarget(folder), PRODUCTION, SHOP)
    assert log.finished
    numbers = [r.number for r in log.history.releases]
    assert numbers == list(range(1, len(numbers) + 1))
    assert sum(isinstance(answer, Published) for answer in answers) >= 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, CALLS + 1))
@pytest.mark.parametrize("meanwhile", [["c"], ["c", "a"]])
async def test_a_publisher_that_slept_brings_nothing_old_back(
    folder: Path, call: int, after: bool, meanwhile: list[str]
) -> None:
    """It sleeps at one of its calls while others publish, in the second case until the first content is back."""
    healthy = FolderTarget(folder)
    await publish(healthy, PRODUCTION, artifacts("a"), NOTE, AT)

    async def others(at: int, what: str, path: str) -> None:
        if at == call:
            for content in meanwhile:
                await publish(healthy, PRODUCTION, artifacts(content), NOTE, AT)

    slow = HookedTarget(FolderTarget(folder), nothing if after else others, others if after else nothing)
    answer = await publish(slow, PRODUCTION, artifacts("b"), NOTE, AT)
    log = await releases(healthy, PRODUCTION, SHOP)
    assert log.finished
    assert log.history.live is not None
    newest = artifacts(meanwhile[-1])
    if isinstance(answer, LostRace):
        assert answer.newest == log.history.live
        assert log.history.live.digest == newest.digest
    else:  # the others came before it read the log, or after it was done
        assert isinstance(answer, Published)
        newest = artifacts("b") if call == 1 and not after else newest
    assert await served(FolderTarget(folder)) == {a.name: a.body for a in newest.artifacts}


async def test_a_pointer_is_never_left_to_a_sleeper_by_equal_bytes(folder: Path) -> None:
    """Both others die: after the log said "a" again, the sleeper must still not write "b" over the pointer."""
    healthy = FolderTarget(folder)
    await publish(healthy, PRODUCTION, artifacts("a"), NOTE, AT)

    async def others(at: int, what: str, path: str) -> None:
        if what == "replace" and path == LB:
            with pytest.raises(Crash):
                await publish(dying(folder, LOG_CALL, after=True), PRODUCTION, artifacts("a"), NOTE, AT)
            assert isinstance(await publish(healthy, PRODUCTION, artifacts("a"), NOTE, AT), Unchanged)

    answer = await publish(HookedTarget(FolderTarget(folder), others, nothing), PRODUCTION, artifacts("b"), NOTE, AT)
    assert isinstance(answer, LostRace)
    assert (await served(healthy))["lb.js"] == b"run('a')"
