"""What every target promises, asked of a folder, of an S3 server and of an Azure Blob server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from cdn_publish.history import ReleaseNote
from cdn_publish.layout import Environment, Place, attributes_of
from cdn_publish.opening import BadTarget, open_target
from cdn_publish.release import LostRace, Published, Unchanged, publish, releases, rollback
from cdn_publish.target import Attributes, Tag, Target, TargetError
from domain.names import SiteKey
from tests.cdn_publish.publishing import SHOP, artifacts, served
from tests.services.buckets import Bucket, running_azurite, running_s3

PLACE = Place(Environment.PRODUCTION, SiteKey("shop"))
PATH = PLACE.pointer("lb.js")
ATTRIBUTES = Attributes("text/javascript; charset=utf-8", "no-cache")
NOTE = ReleaseNote("ci")
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

Open = Callable[[], Target]


@dataclass(frozen=True, slots=True)
class Servers:
    """Makers of empty buckets."""

    s3: Callable[[], Bucket]
    az: Callable[[], Bucket]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Both servers, the same for all tests."""
    with running_s3() as s3, running_azurite() as az:
        yield Servers(s3, az)


@pytest.fixture(params=["file", "s3", "az"])
def url(request: pytest.FixtureRequest, servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty target's URL; the environment leads to it."""
    if request.param == "file":
        return f"file://{tmp_path}/cdn"
    bucket: Bucket = getattr(servers, request.param)()
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    return bucket.url


@pytest.fixture
def opened(url: str) -> Open:
    """Opens the target, each time anew, as another publisher would."""

    def again() -> Target:
        target = open_target(url)
        assert not isinstance(target, BadTarget)
        return target

    return again


async def test_of_many_who_write_a_new_object_one_does(opened: Open) -> None:
    target = opened()
    wrote = await asyncio.gather(*(target.put_if_absent(PATH, bytes([n]), ATTRIBUTES) for n in range(12)))
    assert sum(wrote) == 1
    stored = await target.read(PATH)
    assert stored is not None
    assert stored.body == bytes([wrote.index(True)])


async def test_of_many_who_overwrite_what_they_read_one_does(opened: Open) -> None:
    assert await opened().put_if_absent(PATH, b"old", ATTRIBUTES)
    stored = await opened().read(PATH)
    assert stored is not None
    wrote = await asyncio.gather(
        *(opened().replace_if_match(PATH, bytes([n]), stored.tag, ATTRIBUTES) for n in range(12))
    )
    assert sum(wrote) == 1


async def test_what_is_not_there_is_neither_read_nor_overwritten(opened: Open) -> None:
    target = opened()
    assert await target.read(PATH) is None
    assert await target.attributes(PATH) is None
    assert not await target.replace_if_match(PATH, b"new", Tag('"any" '), ATTRIBUTES)
    await target.delete(PATH)


async def test_objects_are_listed_and_deleted(opened: Open) -> None:
    target = opened()
    assert await target.names("production/shop") == ()
    paths = ("production/shop/config.json", PATH, "production/shop2/lb.js")
    for path in paths:
        await target.put_if_absent(path, b"{}", ATTRIBUTES)
    assert await target.names("production/shop") == paths[:2]
    assert await target.folders("production") == ("shop", "shop2")
    assert await target.folders("staging") == ()
    await target.delete(PATH)
    assert await target.names("production/shop") == paths[:1]


async def test_a_release_is_published_rolled_back_and_whole(opened: Open) -> None:
    for number, content in enumerate("ab", start=1):
        answer = await publish(opened(), Environment.PRODUCTION, artifacts(content), NOTE, AT)
        assert isinstance(answer, Published)
        assert answer.release.number == number
    assert isinstance(await publish(opened(), Environment.PRODUCTION, artifacts("b"), NOTE, AT), Unchanged)
    back = await rollback(opened(), Environment.PRODUCTION, SHOP, None, NOTE, AT)
    assert isinstance(back, Published)
    assert (back.release.number, back.content_of) == (3, 1)
    log = await releases(opened(), Environment.PRODUCTION, SHOP)
    assert log.finished
    assert [r.number for r in log.history.releases] == [1, 2, 3]
    assert await served(opened()) == {a.name: a.body for a in artifacts("a").artifacts}


async def test_publishers_that_race_lose_nothing(opened: Open) -> None:
    answers = await asyncio.gather(
        *(publish(opened(), Environment.PRODUCTION, artifacts(content), NOTE, AT) for content in "abcd")
    )
    log = await releases(opened(), Environment.PRODUCTION, SHOP)
    assert log.finished
    assert [r.number for r in log.history.releases] == list(range(1, len(log.history.releases) + 1))
    assert sum(isinstance(answer, Published) for answer in answers) >= 1
    assert all(isinstance(answer, Published | LostRace) for answer in answers)


async def test_files_are_served_as_the_layout_says(opened: Open) -> None:
    await publish(opened(), Environment.PRODUCTION, artifacts("a"), NOTE, AT)
    for path in (PATH, PLACE.log, PLACE.body(artifacts("a").digest, "config.json")):
        assert await opened().attributes(path) == attributes_of(path)


@pytest.fixture
def open_with(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Target]:
    """Opens a bucket with these variables of the environment changed."""

    def opening(bucket: Bucket, url: str = "", **changed: str) -> Target:
        for name, value in {**bucket.environment, **changed}.items():
            monkeypatch.setenv(name, value)
        target = open_target(url or bucket.url)
        assert not isinstance(target, BadTarget)
        return target

    return opening


async def test_a_browser_gets_a_file_gzipped(servers: Servers, open_with: Callable[..., Target]) -> None:
    bucket = servers.s3()
    body = b"run('a')" * 100
    await open_with(bucket).put_if_absent(PATH, body, ATTRIBUTES)
    address = f"{bucket.environment['AWS_ENDPOINT_URL']}/{bucket.url.removeprefix('s3://')}/{PATH}"
    async with httpx.AsyncClient(headers={"Authorization": "AWS anybody:signed"}) as client:
        answer = await client.get(address)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == ATTRIBUTES.content_type
    assert int(answer.headers["content-length"]) < len(body)
    assert answer.content == body


async def test_what_cannot_be_reached_is_one_line_that_names_the_setting(
    servers: Servers, open_with: Callable[..., Target]
) -> None:
    s3, az = servers.s3(), servers.az()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        silent = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        cases = [
            (open_with(s3, "s3://nobucket/x"), "s3://nobucket/x: there is no such bucket"),
            (open_with(az, "az://nocontainer"), "az://nocontainer: there is no such bucket"),
            (open_with(az, AZURE_STORAGE_ACCOUNT_KEY="AAAA"), "refuses these credentials; set AZURE_STORAGE_ACCOUNT"),
            (open_with(s3, AWS_ENDPOINT_URL=silent), "does not answer; see AWS_ENDPOINT_URL"),
        ]
        for target, says in cases:
            for asked in (target.read(PATH), target.put_if_absent(PATH, b"", ATTRIBUTES)):
                with pytest.raises(TargetError) as caught:
                    await asked
                assert says in str(caught.value)
                assert "\n" not in str(caught.value)


class _Careless(BaseHTTPRequestHandler):
    """A store that takes every writing and asks for no condition."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("ETag", '"same"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests say themselves what went wrong."""


async def test_a_store_that_takes_no_notice_of_conditions_is_refused(
    servers: Servers, open_with: Callable[..., Target]
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Careless)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        target = open_with(servers.s3(), AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(TargetError, match="takes no notice of conditional writes"):
            await target.put_if_absent(PATH, b"", ATTRIBUTES)
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("az://container", "set AZURE_STORAGE_ACCOUNT_NAME"),
        ("s3://", "names no bucket"),
        ("s3://key:secret@bucket/x", "credentials elsewhere"),
        ("s3://bucket/x?endpoint=y", "names no bucket"),
        ("ftp://host/folder", "is not a publish URL"),
        ("/srv/cdn", "is not a publish URL"),
        ("file://srv/cdn", "three slashes"),
        ("file:///", "names no folder"),
        ("s3://[", "is not a publish URL"),
    ],
)
def test_a_url_that_names_no_target_says_what_to_write(url: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    bad = open_target(url)
    assert isinstance(bad, BadTarget)
    assert says in bad.reason
    assert "secret" not in bad.reason
