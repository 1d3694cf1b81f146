"""What publishing and rolling back leave in the folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from cdn_publish.folder import FolderTarget
from cdn_publish.history import DamagedError, History, ReleaseNote
from cdn_publish.layout import POINTERS, Environment
from cdn_publish.release import NoSuchRelease, Published, Unchanged, UnfinishedError, publish, read, releases, rollback
from cdn_publish.serving import serve
from cdn_publish.target import Attributes, Tag, TargetError
from domain.artifact import Artifact, ArtifactSet, Digest
from tests.cdn_publish.publishing import SHOP, HookedTarget, artifacts, at_pointer, nothing, served

PRODUCTION = Environment.PRODUCTION
NOTE = ReleaseNote("ci", "1a2b3c4", "shorter headline")
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ENTRY = b'{"at":"2026-11-24T09:00:00Z","by":"","digest":"3f9c2a1b8d7e4450","note":"","number":2,"revision":""}'


async def test_a_release_stands_as_the_contract_says(target: FolderTarget, folder: Path) -> None:
    made = artifacts("a")
    answer = await publish(target, PRODUCTION, made, NOTE, AT)
    assert isinstance(answer, Published)
    assert answer.release.number == 1
    site = folder / "production/shop"
    files = {str(p.relative_to(site)) for p in site.rglob("*") if p.is_file()}
    bodies = {f"r/{made.digest}/{name}" for name in POINTERS}
    assert files == bodies | {*POINTERS, "releases.json"}
    for name, body in ((artifact.name, artifact.body) for artifact in made.artifacts):
        assert (site / f"r/{made.digest}/{name}").read_bytes() == body
        assert (site / name).read_bytes() == at_pointer(name, "a", 1)
    assert (site / "releases.json").read_bytes() == (
        b'{"releases":[{"at":"2026-11-24T09:00:00Z","by":"ci","digest":"' + made.digest.encode() + b'",'
        b'"note":"shorter headline","number":1,"revision":"1a2b3c4"}],"v":1}'
    )


async def test_equal_content_makes_no_release(target: FolderTarget) -> None:
    first = await publish(target, PRODUCTION, artifacts("a"), NOTE, AT)
    again = await publish(target, PRODUCTION, artifacts("a"), ReleaseNote("anna"), AT + timedelta(days=1))
    assert isinstance(first, Published)
    assert again == Unchanged(first.release)
    assert len((await releases(target, PRODUCTION, SHOP)).history.releases) == 1


async def test_a_rollback_is_the_old_content_under_a_new_number(target: FolderTarget) -> None:
    for content in "abc":
        await publish(target, PRODUCTION, artifacts(content), NOTE, AT)
    answer = await rollback(target, PRODUCTION, SHOP, 1, ReleaseNote("anna", note="back"), AT)
    assert isinstance(answer, Published)
    assert (answer.release.number, answer.release.digest) == (4, artifacts("a").digest)
    assert (await served(target))["lb.js"] == b"run('a')"
    log = (await releases(target, PRODUCTION, SHOP)).history
    assert [r.number for r in log.releases] == [1, 2, 3, 4]


async def test_a_rollback_without_a_number_goes_back_to_the_content_before(target: FolderTarget) -> None:
    for content in "abc":
        await publish(target, PRODUCTION, artifacts(content), NOTE, AT)
    for step, content in ((2, "b"), (1, "a")):
        answer = await rollback(target, PRODUCTION, SHOP, None, NOTE, AT)
        assert isinstance(answer, Published)
        assert answer.content_of == step
        assert (await served(target))["lb.js"] == f"run('{content}')".encode()
    assert await rollback(target, PRODUCTION, SHOP, None, NOTE, AT) == NoSuchRelease(None)


# What went live, a letter for each content, and what each rollback from there brings back in turn.
BACK = {
    "a": "",
    "ab": "a",
    "abc": "ba",
    "aba": "",  # back from b, which does not come back
    "abac": "a",  # mended since: c's predecessor is a
    "abacd": "ca",
    "abcb": "a",
    "abcbd": "ba",
    "abcda": "",
    "abcac": "ba",  # c by its number after all; nobody ever went back from b
    "abcbac": "a",  # here they did
    "abcabc": "ba",  # each taken up again
}


@pytest.mark.parametrize("live", BACK)
def test_a_rollback_never_brings_back_what_was_rolled_back(live: str) -> None:
    log = History()
    for content in live:
        log = log.with_release(log.next(Digest(content), NOTE, AT))
    back = ""
    while (old := log.before_live()) is not None:
        back += old.digest
        assert len(back) <= len(live)
        log = log.with_release(log.next(old.digest, NOTE, AT))
    assert back == BACK[live]


async def test_there_must_be_something_to_go_back_to(target: FolderTarget) -> None:
    assert await rollback(target, PRODUCTION, SHOP, None, NOTE, AT) == NoSuchRelease(None)
    await publish(target, PRODUCTION, artifacts("a"), NOTE, AT)
    assert await rollback(target, PRODUCTION, SHOP, None, NOTE, AT) == NoSuchRelease(None)
    assert await rollback(target, PRODUCTION, SHOP, 7, NOTE, AT) == NoSuchRelease(7)
    assert isinstance(await rollback(target, PRODUCTION, SHOP, 1, NOTE, AT), Unchanged)


async def test_environments_know_nothing_of_each_other(target: FolderTarget) -> None:
    await publish(target, Environment.STAGING, artifacts("a"), NOTE, AT)
    assert await read(target, "staging/shop/lb.js") == at_pointer("lb.js", "a", 1)
    assert await read(target, "production/shop/lb.js") is None
    assert (await releases(target, PRODUCTION, SHOP)).history.releases == ()


async def test_reading_an_unpublished_site_makes_no_folder(target: FolderTarget, folder: Path) -> None:
    assert await read(target, "production/shop/lb.js") is None
    assert (await releases(target, PRODUCTION, SHOP)).history.live is None
    assert not folder.exists()  # noqa: ASYNC240


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "production/shop/../../x", ".lock", "", "production/shop/r/1/lb.js"]
)
async def test_only_paths_of_the_layout_are_read(target: FolderTarget, path: str) -> None:
    await publish(target, PRODUCTION, artifacts("a"), NOTE, AT)
    assert await read(target, path) is None


async def test_the_log_is_in_utc(target: FolderTarget) -> None:
    berlin = timezone(timedelta(hours=1))
    answer = await publish(target, PRODUCTION, artifacts("a"), NOTE, datetime(2026, 11, 24, 10, 0, tzinfo=berlin))
    assert isinstance(answer, Published)
    assert (await releases(target, PRODUCTION, SHOP)).history.live == answer.release
    assert answer.release.at == AT


@pytest.mark.parametrize(
    "log",
    [
        b"",
        b"[]",
        b'{"v":2,"releases":[]}',
        b'{"v":1,"releases":[{"number":"1"}]}',
        b'{"v":1,"releases":[' + b",".join([ENTRY, ENTRY]) + b"]}",
    ],
)
async def test_a_log_that_cannot_be_read_is_never_overwritten(target: FolderTarget, folder: Path, log: bytes) -> None:
    await publish(target, PRODUCTION, artifacts("a"), NOTE, AT)
    (folder / "production/shop/releases.json").write_bytes(log)
    with pytest.raises(DamagedError, match=r"production/shop/releases\.json"):
        await publish(target, PRODUCTION, artifacts("b"), NOTE, AT)
    assert (folder / "production/shop/releases.json").read_bytes() == log
    assert (await served(target))["lb.js"] == b"run('a')"


async def test_a_body_torn_by_a_crash_is_mended(target: FolderTarget, folder: Path) -> None:
    torn = folder / f"production/shop/r/{artifacts('a').digest}/lb.js"
    torn.parent.mkdir(parents=True)
    torn.write_bytes(b"")
    assert isinstance(await publish(target, PRODUCTION, artifacts("a"), NOTE, AT), Published)
    assert torn.read_bytes() == b"run('a')"


@pytest.mark.parametrize("damage", [b"run('c')", None])
async def test_a_damaged_release_is_not_brought_back(target: FolderTarget, folder: Path, damage: bytes | None) -> None:
    for content in "ab":
        await publish(target, PRODUCTION, artifacts(content), NOTE, AT)
    body = folder / f"production/shop/r/{artifacts('a').digest}/lb.js"
    body.unlink() if damage is None else body.write_bytes(damage)
    with pytest.raises(DamagedError, match=artifacts("a").digest):
        await rollback(target, PRODUCTION, SHOP, 1, NOTE, AT)
    assert (await served(target))["lb.js"] == b"run('b')"


async def test_a_release_is_exactly_the_three_files(target: FolderTarget) -> None:
    with pytest.raises(ValueError, match=r"not lb\.js"):
        await publish(target, PRODUCTION, ArtifactSet(SHOP, (Artifact("lb.js", b"", ""),)), NOTE, AT)


async def test_browsers_are_served_a_release_and_not_its_log(target: FolderTarget) -> None:
    await publish(target, PRODUCTION, artifacts("a"), NOTE, AT)
    file = await serve(target, "production/shop/lb.js")
    assert file is not None
    assert (file.body, file.content_type) == (at_pointer("lb.js", "a", 1), "text/javascript; charset=utf-8")
    for path in ("production/shop/releases.json", "production/other/lb.js", ".lock", "../x"):
        assert await serve(target, path) is None


class Unheard(HookedTarget):
    """A store whose answer to a log line is lost: who asks again hears that somebody else was first."""

    async def replace_if_match(self, path: str, body: bytes, tag: Tag, attributes: Attributes) -> bool:
        """Written, but False."""
        done = await super().replace_if_match(path, body, tag, attributes)
        return done and not path.endswith("releases.json")


async def test_a_release_whose_own_log_line_was_unheard_is_made(target: FolderTarget) -> None:
    await publish(target, PRODUCTION, artifacts("a"), NOTE, AT)
    answer = await publish(Unheard(target, nothing, nothing), PRODUCTION, artifacts("b"), NOTE, AT)
    assert isinstance(answer, Published)
    assert answer.release.number == 2
    assert await served(target) == {a.name: a.body for a in artifacts("b").artifacts}


async def test_under_an_old_log_nothing_is_released(target: FolderTarget, folder: Path) -> None:
    log = folder / "production/shop/releases.json"
    await publish(target, PRODUCTION, artifacts("a"), NOTE, AT)
    old = log.read_bytes()
    for content in "bc":
        await publish(target, PRODUCTION, artifacts(content), NOTE, AT)
    log.write_bytes(old)
    with pytest.raises(DamagedError, match=r"is of release 3, but .* came only to 2"):
        await publish(target, PRODUCTION, artifacts("d"), NOTE, AT)
    assert (folder / "production/shop/lb.js").read_bytes() == at_pointer("lb.js", "c", 3)


@pytest.mark.parametrize("place", ["releases.json", "shop/lb.js", "shop/config.json"])
async def test_where_the_store_fails_once_a_release_is_written_down_that_is_said(
    target: FolderTarget, place: str
) -> None:
    await publish(target, PRODUCTION, artifacts("a"), NOTE, AT)

    async def fail(call: int, what: str, path: str) -> None:
        if what == "replace" and path.endswith(place):
            raise TargetError("the store is away")

    with pytest.raises(UnfinishedError, match="release 2 may be live in part: the store is away"):
        await publish(HookedTarget(target, nothing, fail), PRODUCTION, artifacts("b"), NOTE, AT)
    assert isinstance(await publish(target, PRODUCTION, artifacts("b"), NOTE, AT), Unchanged)
    assert await served(target) == {a.name: a.body for a in artifacts("b").artifacts}
