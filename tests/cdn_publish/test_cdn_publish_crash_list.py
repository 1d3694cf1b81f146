"""The made list of crashes and a small number of races, and that what looks for damage would see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdn_publish.folder import FolderTarget
from cdn_publish.layout import POINTERS
from cdn_publish.release import publish
from tests.cdn_publish.crashes import AT, NOTE, OPERATIONS, PLACE, PRODUCTION, content, crash_everywhere
from tests.cdn_publish.publishing import artifacts
from tests.cdn_publish.races import opener, race
from tests.cdn_publish.soundness import found_at
from tests.services.buckets import running_s3

RACES = 10


@pytest.mark.parametrize("name", OPERATIONS)
async def test_a_crash_at_any_call_leaves_nothing_torn_and_the_next_run_finishes(name: str, tmp_path: Path) -> None:
    outcome = await crash_everywhere(OPERATIONS[name], tmp_path)
    assert outcome.is_fine, outcome
    assert outcome.crashes == outcome.calls + 1 > 10


async def test_races_on_a_folder_lose_nothing(tmp_path: Path) -> None:
    figures = await race(opener(f"file://{tmp_path}/cdn"), RACES, seed=2)
    assert figures.is_fine, figures


async def test_races_on_a_bucket_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_s3() as new:
        bucket = new()
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
        figures = await race(opener(bucket.url), RACES, seed=3)
    assert figures.is_fine, figures


@pytest.fixture
async def two(target: FolderTarget) -> FolderTarget:
    """A target with two releases."""
    for each in "ab":
        await publish(target, PRODUCTION, artifacts(each), NOTE, AT)
    return target


async def test_a_sound_target_is_found_sound(two: FolderTarget) -> None:
    found = await found_at(two, PLACE)
    assert (found.numbers, found.torn, found.dangling, found.is_finished) == ((1, 2), (), (), True)


DAMAGE = {
    "another content under the number": ("production/shop/lb.js", b"run('a')\n//2", ["torn"]),
    "half a file": ("production/shop/lb.js", b"run('\n//2", ["torn"]),
    "browsers ahead of relays": ("production/shop/relay.json", b'{"relay":"a","release":1}', ["torn"]),
    "a release that nobody made": ("production/shop/lb.js", b"run('b')\n//7", ["torn", "dangling"]),
    "no number": ("production/shop/lb.js", b"run('b')", ["dangling"]),
    "a body that is gone": (f"production/shop/r/{artifacts('b').digest}/lb.js", b"", ["dangling"]),
}


@pytest.mark.parametrize("name", DAMAGE)
async def test_damage_is_seen(two: FolderTarget, folder: Path, name: str) -> None:
    path, body, kinds = DAMAGE[name]
    (folder / path).write_bytes(body)
    found = await found_at(two, PLACE)
    assert [kind for kind in ("torn", "dangling") if getattr(found, kind)] == kinds


async def test_a_release_that_stopped_half_way_is_unfinished(two: FolderTarget, folder: Path) -> None:
    (folder / "production/shop/lb.js").write_bytes(b"run('a')\n//1")
    found = await found_at(two, PLACE)
    assert (found.torn, found.dangling, found.is_finished) == ((), (), False)


def test_contents_differ_and_are_whole() -> None:
    assert content("a").digest != content("b").digest
    assert {each.name for each in content("a").artifacts} == set(POINTERS)
