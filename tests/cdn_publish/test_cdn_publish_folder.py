"""What a folder promises besides what every target does."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from cdn_publish.folder import LOCK, FolderTarget
from cdn_publish.layout import LOG, POINTERS, Environment, Place, attributes_of, is_for_browsers
from cdn_publish.opening import BadTarget, open_target
from cdn_publish.target import Attributes, TargetError
from domain.artifact import Digest
from domain.names import SiteKey

PLACE = Place(Environment.PRODUCTION, SiteKey("shop"))
PATH = PLACE.pointer("lb.js")
ATTRIBUTES = Attributes("text/javascript", "no-cache")


async def test_a_tag_names_one_writing_even_of_equal_bytes(target: FolderTarget) -> None:
    await target.put_if_absent(PATH, b"same", ATTRIBUTES)
    tags = set()
    for _ in range(50):
        stored = await target.read(PATH)
        assert stored is not None
        tags.add(stored.tag)
        assert await target.replace_if_match(PATH, b"same", stored.tag, ATTRIBUTES)
        assert not await target.replace_if_match(PATH, b"late", stored.tag, ATTRIBUTES)
    assert len(tags) == 50


async def test_a_process_that_dies_lets_go_of_the_lock(target: FolderTarget, folder: Path) -> None:
    await target.put_if_absent(PATH, b"old", ATTRIBUTES)
    stored = await target.read(PATH)
    assert stored is not None
    holder = (
        "import fcntl, os, sys\n"
        "fcntl.flock(os.open(sys.argv[1], os.O_RDWR | os.O_CREAT), fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(  # noqa: ASYNC220  it is a bystander
        [sys.executable, "-c", holder, str(folder / LOCK)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        writing = asyncio.create_task(target.replace_if_match(PATH, b"new", stored.tag, ATTRIBUTES))
        done, _ = await asyncio.wait([writing], timeout=0.1)
        assert not done
        process.kill()
        assert await writing


async def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(TargetError) as caught:
        await FolderTarget(tmp_path / "file" / "cdn").put_if_absent(PATH, b"", ATTRIBUTES)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "cache_control"),
    [
        (PLACE.pointer("lb.js"), "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"),
        (PLACE.body(Digest("3f9c2a1b8d7e4450"), "lb.js"), "public, max-age=31536000, immutable"),
        (PLACE.log, "no-cache"),
        (PLACE.body(Digest("3f9c2a1b8d7e4450"), LOG), None),
        (PLACE.pointer("other.js"), None),
        ("testing/shop/lb.js", None),
    ],
)
def test_a_path_says_how_it_is_served(path: str, cache_control: str | None) -> None:
    attributes = attributes_of(path)
    assert (attributes.cache_control if attributes else None) == cache_control


def test_browsers_are_never_handed_the_log() -> None:
    assert all(is_for_browsers(PLACE.pointer(name)) for name in POINTERS)
    assert not is_for_browsers(PLACE.log)


async def test_a_file_url_is_decoded(tmp_path: Path) -> None:
    target = open_target(f"file://{tmp_path}/my%20cdn")
    assert not isinstance(target, BadTarget)
    await target.put_if_absent(PATH, b"here", ATTRIBUTES)
    assert (tmp_path / "my cdn" / PATH).read_bytes() == b"here"


def test_a_process_that_ends_at_once_ends_well(folder: Path) -> None:
    once = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from cdn_publish.folder import FolderTarget\n"
        "from cdn_publish.target import Attributes\n"
        "target = FolderTarget(Path(sys.argv[1]))\n"
        "asyncio.run(target.put_if_absent('production/shop/lb.js', b'', Attributes('', '')))\n"
        "asyncio.run(target.read('production/shop/lb.js'))\n"
    )
    endings = [subprocess.run([sys.executable, "-c", once, str(folder)], check=False).returncode for _ in range(12)]
    assert endings == [0] * 12


async def test_a_writer_who_is_cancelled_keeps_the_lock_until_the_file_is_written(
    target: FolderTarget, folder: Path
) -> None:
    await target.put_if_absent(PATH, b"old", ATTRIBUTES)
    stored = await target.read(PATH)
    assert stored is not None
    for _ in range(20):
        writing = asyncio.create_task(target.replace_if_match(PATH, b"mine", stored.tag, ATTRIBUTES))
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.wait([writing])
        now = await target.read(PATH)
        assert now is not None
        wrote = await FolderTarget(folder).replace_if_match(PATH, b"theirs", now.tag, ATTRIBUTES)
        stored = await target.read(PATH)
        assert stored is not None
        assert stored.body == (b"theirs" if wrote else b"mine")
