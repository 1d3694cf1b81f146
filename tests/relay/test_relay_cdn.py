"""The embedded CDN over real HTTP, on a folder with a real release: what browsers and caches are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from cdn_publish.folder import FolderTarget
from cdn_publish.history import ReleaseNote
from cdn_publish.layout import Environment
from cdn_publish.release import publish
from domain.artifact import Artifact, ArtifactSet, digest_of
from domain.names import SiteKey
from ingest_grpc.relay import coding
from ingest_grpc.relay.cdn import Served
from ingest_grpc.relay.coding import Coding, PackedFiles, preferred
from leadbright.wiring.published import serving_files
from tests.relay.parts import World
from tests.relay.test_relay_app import browser

SHOP = "/cdn/production/shop"
LB = f"{SHOP}/lb.js"
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def release(words: str) -> ArtifactSet:
    """A script that packs well, and two files that are too small to be packed."""
    script = f"(L=>{{{'a();' * 500}}})('{words}')".encode()
    return ArtifactSet(
        SiteKey("shop"),
        (
            Artifact("config.json", b"{}", "application/json"),
            Artifact("lb.js", script, "text/javascript"),
            Artifact("relay.json", b'{"relay":1}', "application/json"),
        ),
    )


async def live(folder: Path, words: str) -> None:
    await publish(FolderTarget(folder), Environment.PRODUCTION, release(words), ReleaseNote("ci"), AT)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A browser beside a relay with the embedded CDN of a folder with one release."""
    await live(tmp_path, "first")
    async with browser(World().relay(), serve=serving_files(FolderTarget(tmp_path))) as found:
        yield found


async def test_published_files_are_served_as_a_cdn_would(client: httpx.AsyncClient) -> None:
    file = await client.get(LB)
    assert b"('first')\n//1" in file.content
    assert file.headers["content-type"] == "text/javascript; charset=utf-8"
    assert file.headers["cache-control"] == "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
    assert file.headers["vary"] == "accept-encoding"
    frozen = await client.get(f"{SHOP}/r/{release('first').digest}/lb.js")
    assert frozen.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert frozen.content == release("first").artifacts[1].body


@pytest.mark.parametrize("name", ["config.json", "lb.js"])
async def test_scripts_of_any_page_may_read_it(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"{SHOP}/{name}", headers={"origin": "https://shop.example", "sec-fetch-mode": "cors"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-credentials" not in answer.headers


async def test_each_coding_holds_the_same_and_has_the_same_tag(client: httpx.AsyncClient) -> None:
    answers = [await client.get(LB, headers={"accept-encoding": each}) for each in ("identity", "gzip", "br")]
    assert [each.headers.get("content-encoding") for each in answers] == [None, "gzip", "br"]
    assert len({each.content for each in answers}) == 1
    assert len({each.headers["etag"] for each in answers}) == 1
    sizes = [int(each.headers["content-length"]) for each in answers]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3


async def test_a_small_file_is_not_packed(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{SHOP}/config.json", headers={"accept-encoding": "br, gzip"})
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("sent", ["{tag}", "W/{tag}", '"x", {tag}', "*"])
async def test_a_browser_that_has_the_file_is_told_so(client: httpx.AsyncClient, sent: str) -> None:
    tag = (await client.get(LB)).headers["etag"]
    asked = {"if-none-match": sent.format(tag=tag.removeprefix("W/")), "accept-encoding": "br"}
    answer = await client.get(LB, headers=asked)
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert answer.headers["cache-control"].startswith("public, max-age=60")
    assert answer.headers["vary"] == "accept-encoding"
    assert (await client.get(LB, headers={"if-none-match": '"other"'})).status_code == 200


async def test_a_new_release_is_served_at_once_and_has_another_tag(client: httpx.AsyncClient, tmp_path: Path) -> None:
    old = await client.get(LB, headers={"accept-encoding": "br"})
    await live(tmp_path, "second")
    new = await client.get(LB, headers={"accept-encoding": "br", "if-none-match": old.headers["etag"]})
    assert new.status_code == 200
    assert b"('second')\n//2" in new.content
    assert new.headers["etag"] != old.headers["etag"]


@pytest.mark.parametrize("accepted", ["identity", "gzip", "br"])
async def test_the_head_of_a_file_is_that_of_the_file_without_its_body(
    client: httpx.AsyncClient, accepted: str
) -> None:
    asked = {"accept-encoding": accepted}
    head, whole = await client.head(LB, headers=asked), await client.get(LB, headers=asked)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == whole.headers


@pytest.mark.parametrize("path", ["/cdn/production/other/lb.js", "/cdn/", "/cdn/../relay.json", "/cdn/%2e%2e/secret"])
async def test_what_is_not_published_is_not_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers.get("cache-control", "public, max-age=10") == "public, max-age=10"


async def test_the_log_names_people_and_is_not_served(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{SHOP}/releases.json")).status_code == 404


@pytest.mark.parametrize("path", ["/cdn/%2e%2e/x", "/cdn/a..b/x", "/cdn/a%00b", "/cdn/a//b", "/cdn/a b", "/cdn/a%2fb"])
async def test_what_is_no_path_of_a_file_is_not_even_looked_for(path: str) -> None:
    async def fail(_: str) -> Served | None:
        raise AssertionError

    async with browser(World().relay(), serve=fail) as client:
        assert (await client.get(path)).status_code == 404


async def test_without_an_embedded_cdn_there_are_no_files() -> None:
    async with browser(World().relay()) as client:
        assert (await client.get(LB)).status_code == 404


PREFERRED = {
    "": None,
    "gzip": Coding.GZIP,
    "br": Coding.BROTLI,
    "gzip, deflate, br, zstd": Coding.BROTLI,
    "GZIP , BR": Coding.BROTLI,
    "gzip;q=1.0, br;q=0.5": Coding.GZIP,
    "gzip; q=0.5, br; q=0.5": Coding.BROTLI,
    "gzip;q=0.501,br;q=0.5": Coding.GZIP,
    "br;q=0": None,
    "br;q=0, gzip": Coding.GZIP,
    "br;q=0.000, *": Coding.GZIP,
    "*": Coding.BROTLI,
    "*;q=0": None,
    "*;q=0.1, gzip;q=0.2": Coding.GZIP,
    "identity": None,
    "identity, gzip;q=0.5": None,
    "identity;q=0.5, gzip": Coding.GZIP,
    "identity;q=0, gzip;q=0": None,
    "deflate, zstd": None,
    "xgzip, brr, gzipbr": None,
    "br;q=2, gzip": Coding.GZIP,
    "br;q=-1, br;q=1": None,
    "br;q=, gzip;q=x": None,
    "br;level=5": None,
    ",, ;q=1 , gzip": Coding.GZIP,
    "br;q=0.٣": None,
}


@pytest.mark.parametrize("accepted", PREFERRED)
def test_the_coding_is_the_one_that_weighs_most(accepted: str) -> None:
    assert preferred(accepted) == PREFERRED[accepted]


async def test_a_content_is_packed_once_and_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "MOST_KEPT", 3)
    packed = PackedFiles()
    bodies = [bytes([n]) * 500 for n in range(5)]
    first = [await packed.packed(body, digest_of(body), Coding.GZIP) for body in bodies]
    again = [await packed.packed(body, digest_of(body), Coding.GZIP) for body in bodies]
    assert first == again
    assert [a is b for a, b in zip(first[2:], again[2:], strict=True)] == [False] * 3  # each pushed out the next
    body = bodies[4]
    both = await asyncio.gather(*(packed.packed(body, digest_of(body), Coding.GZIP) for _ in range(2)))
    assert both[0] is both[1]
