"""The relay over real HTTP: what browsers send, what they are told, and that nobody can make it hang or talk."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.address import NO_PROXIES, Proxies
from domain.quota import Rate
from ingest_grpc.relay import app as relay_app
from ingest_grpc.relay import cdn, doorway
from ingest_grpc.relay.app import create_app
from ingest_grpc.relay.beacon import MOST_BYTES
from ingest_grpc.relay.disk import FolderDisk
from ingest_grpc.relay.journal import JournalLimits
from ingest_grpc.relay.refusals import Refusal, table
from ingest_grpc.relay.relay import Refused, Relay
from tests.relay.parts import CALM, CHROME, DAY, World, body, nonce, settled, soon

ORIGIN = {"origin": "https://shop.example", "content-type": "text/plain;charset=UTF-8"}
_names = itertools.count()


@asynccontextmanager
async def serving(
    relay: Relay, proxies: Proxies = NO_PROXIES, serve: cdn.Serve | None = None, most_connections: int = 512
) -> AsyncIterator[tuple[str, int]]:
    """A relay's app on a port that the system chose."""
    name = f"relay-{next(_names)}"
    app = create_app(relay, name=name, proxies=proxies, serve=serve, most_connections=most_connections)
    sock = socket.create_server(("127.0.0.1", 0))
    server: Any = await app.create_server(sock=sock, asyncio_server_kwargs={"start_serving": False})
    await server.startup()
    await server.before_start()
    await server.start_serving()
    try:
        yield sock.getsockname()
    finally:
        await server.before_stop()
        server.close()
        for connection in tuple(server.connections):
            connection.close_if_idle()
        await asyncio.sleep(0)
        for connection in tuple(server.connections):
            connection.abort()
        app.shutdown_tasks(timeout=1.0)
        await server.after_stop()


@pytest.fixture
def world() -> World:
    return World()


@asynccontextmanager
async def browser(
    relay: Relay, proxies: Proxies = NO_PROXIES, serve: cdn.Serve | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a relay's app that looks like a browser on the shop's page."""
    headers = {**ORIGIN, "user-agent": CHROME}
    async with (
        serving(relay, proxies, serve) as (host, port),
        httpx.AsyncClient(base_url=f"http://{host}:{port}", headers=headers) as client,
    ):
        yield client


async def test_a_beacon_is_answered_with_the_day_and_reaches_the_aggregator(world: World) -> None:
    relay = world.relay()
    async with browser(relay) as client:
        answer = await client.post(f"/v1/b/shop?n={nonce()}", content=body(["visit", 0, 3], ["session"], ["view"]))
        assert (answer.status_code, answer.json()) == (200, {"day": DAY})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers["content-type"] == "application/json"
        await settled(relay)
        (admitted,) = world.aggregation.counted.values()
        assert admitted.surroundings.browser == "chrome"


ANSWERS: list[tuple[str, dict[str, Any], int, dict[str, Any], str | None]] = [
    ("/v1/b/shop?n=" + "A" * 22, {"content": b"{"}, 400, {"refused": "not_json"}, None),
    ("/v1/b/shop?n=" + "A" * 22, {"content": gzip.compress(body())}, 400, {"refused": "not_json"}, None),
    ("/v1/b/shop?n=" + "A" * 22, {"content": body(["view", 2])}, 400, {"refused": "wrong_shape"}, None),
    ("/v1/b/shop", {"content": body()}, 400, {"refused": "bad_nonce"}, None),
    (
        "/v1/b/shop?m=1&n=" + "A" * 22,
        {"content": body(["exp", "x", "y"])},
        400,
        {"refused": "unknown_experiment"},
        None,
    ),
    ("/v1/b/other?n=" + "A" * 22, {"content": body()}, 404, {"refused": "unknown_site"}, None),
    ("/v1/b/..%2fshop?n=" + "A" * 22, {"content": body()}, 404, {"refused": "unknown_site"}, None),
    (
        "/v1/b/shop?n=" + "A" * 22,
        {"content": body(), "headers": {"origin": "https://evil.example"}},
        403,
        {"refused": "foreign_origin"},
        None,
    ),
    (
        "/v1/b/shop?n=" + "A" * 22,
        {"content": body(), "headers": {"user-agent": "curl/8.9"}},
        200,
        {"day": DAY, "refused": "declared_bot"},
        None,
    ),
    ("/v1/b/shop?n=" + "A" * 22, {"content": b" " * (MOST_BYTES + 1)}, 413, {"refused": "too_large"}, None),
]


@pytest.mark.parametrize(("path", "request_", "status", "told", "retry"), ANSWERS)
async def test_a_refused_beacon_is_told_why(
    world: World, path: str, request_: dict[str, Any], status: int, told: dict[str, Any], retry: str | None
) -> None:
    relay = world.relay()
    async with browser(relay) as client:
        answer = await client.post(path, **request_)
        assert (answer.status_code, answer.json()) == (status, told)
        assert answer.headers.get("retry-after") == retry
        assert answer.headers["access-control-allow-origin"] == "*"
        assert sum(relay.counts.refused.values()) == relay.counts.received == 1


async def test_a_beacon_that_may_come_again_is_told_when(world: World) -> None:
    async with browser(world.relay(replace(CALM, source_rate=Rate(1, 1)))) as client:
        answers = [await client.post(f"/v1/b/shop?n={nonce()}", content=body()) for _ in range(2)]
        assert [a.status_code for a in answers] == [200, 429]
        assert answers[1].json() == {"refused": "source_over_quota"}
        assert answers[1].headers["retry-after"] == "10"


async def test_a_full_disk_is_503_and_not_ready_and_still_alive(world: World) -> None:
    relay = world.relay()
    async with browser(relay) as client:
        assert (await client.get("/readyz")).status_code == 200
        for path in ("/healthz", "/readyz"):
            head = await client.head(path)
            assert (head.status_code, head.content) == (200, b"")
        world.disk.free = 0
        await relay._journal.look_for_room()
        answer = await client.post(f"/v1/b/shop?n={nonce()}", content=body())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"ready": False, "reason": "journal_full"})
        assert (await client.get("/healthz")).status_code == 200


async def test_a_preflight_is_answered(world: World) -> None:
    async with browser(world.relay()) as client:
        answer = await client.options("/v1/b/shop", headers={"access-control-request-method": "POST"})
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-methods"] == "POST"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/b/shop", 405), ("GET", "/x", 404), ("PUT", "/", 404)]
)
async def test_other_requests_get_a_plain_error(world: World, method: str, path: str, status: int) -> None:
    async with browser(world.relay()) as client:
        answer = await client.request(method, path)
        assert (answer.status_code, answer.json()) == (status, {"error": str(status)})


async def test_a_country_comes_from_the_header_of_the_setting(world: World) -> None:
    relay = world.relay()
    async with browser(relay, proxies=Proxies((), "cf-ipcountry")) as client:
        for country in ("DE", "XX"):
            await client.post(f"/v1/b/shop?n={nonce()}", content=body(), headers={"cf-ipcountry": country})
        await settled(relay)
    assert [b.surroundings.country for b in world.aggregation.counted.values()] == ["DE", ""]


async def test_300_browsers_that_leave_do_not_stop_the_others(world: World, tmp_path: Path) -> None:
    disk = FolderDisk(tmp_path)
    limits = JournalLimits(reserve_bytes=0, reserve_share=0.0)
    relay = world.relay(replace(CALM, journal=limits), replace(world.seams, disk=disk))
    async with serving(relay) as (host, port):
        for number in range(300):
            data = body()
            head = f"POST /v1/b/shop?n={nonce()} HTTP/1.1\r\nhost: x\r\norigin: https://shop.example\r\n"
            head += f"user-agent: {CHROME}\r\ncontent-length: {len(data)}\r\n\r\n"
            _, writer = await asyncio.open_connection(host, port)
            writer.write((head.encode() + data)[: len(head) + len(data) - (number % 3 == 0)])
            await writer.drain()
            if number % 2:
                await asyncio.sleep(0.0005 * (number % 5))
            writer.transport.abort()
        async with httpx.AsyncClient(
            base_url=f"http://{host}:{port}", headers={**ORIGIN, "user-agent": CHROME}
        ) as client:
            answer = await client.post(f"/v1/b/shop?n={nonce()}", content=body())
        assert answer.json() == {"day": DAY}
        await settled(relay)
        await soon(lambda: relay.counts.waiting == 0)
        assert len(world.aggregation.counted) == relay.counts.admitted
        assert world.aggregation.duplicates == 0
    disk.close()


async def test_bytes_that_drip_in_are_cut_off_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((relay_app, "HEAD_DEADLINE_S"), (relay_app, "REQUEST_DEADLINE_S"), (doorway, "LAST_WORDS_S")):
        monkeypatch.setattr(module, name, 0.3)
    whole = f"POST /v1/b/shop?n={nonce()} HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n".encode()
    relay = world.relay()
    async with serving(relay) as (host, port):
        for at_once in (10, len(whole)):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(whole[:at_once])
            end = asyncio.create_task(reader.read())
            async with asyncio.timeout(5):
                while not end.done():
                    writer.write(b"x")
                    await asyncio.sleep(0.05)
            assert end.exception() is not None or end.result().startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 503 "))
            writer.close()
    assert relay.counts.refused[Refusal.BUSY] == 1


SMUGGLED = {
    "two lengths": b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello",
    "a length and chunks": b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks with a space before the colon": b"content-length: 5\r\ntransfer-encoding : chunked\r\n\r\nhello",
    "chunks behind a line feed alone": b"content-length: 5\r\nx: y\ntransfer-encoding: chunked\r\n\r\nhello",
    "chunks behind a carriage return alone": b"content-length: 5\r\nx: y\rtransfer-encoding: chunked\r\n\r\nhello",
    "chunks in a line that goes on": b"content-length: 5\r\nx: y\r\n transfer-encoding: chunked\r\n\r\nhello",
    "a zero byte": b"content-length: 5\r\nx: \0\r\n\r\nhello",
    "a length that is no number": b"content-length: five\r\n\r\nhello",
    "a negative length": b"content-length: -5\r\n\r\nhello",
    "chunks that are none": b"transfer-encoding: chunked\r\n\r\nxyz\r\nhello\r\n",
}


@pytest.mark.parametrize("name", SMUGGLED)
async def test_a_request_that_can_be_read_in_two_ways_is_refused(world: World, name: str) -> None:
    async with serving(world.relay()) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"POST /v1/b/shop?n=" + b"A" * 22 + b" HTTP/1.1\r\nhost: x\r\n" + SMUGGLED[name])
        async with asyncio.timeout(5):
            answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.count(b"HTTP/1.1") == 1
        writer.close()


async def test_a_body_in_endless_chunks_is_too_large(world: World) -> None:
    async with serving(world.relay()) as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"POST /v1/b/shop?n=" + b"A" * 22 + b" HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(20):
            writer.write(b"400\r\n" + b" " * 1024 + b"\r\n")
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n")
        assert b" 413 " in head
        writer.close()


async def test_nothing_that_points_to_a_visitor_is_logged(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("sanic.root", "sanic.access", "sanic.error", "sanic.server"):
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).propagate = True
    canary = "C4n4ryC4n4ryC4n4ryC4n4"
    relay = world.relay()

    async def fall_over(_: object) -> None:
        raise KeyError(canary)

    async with browser(relay) as client:
        headers = {"user-agent": f"{CHROME} {canary}", "cookie": f"session={canary}", "referer": f"https://x/{canary}"}
        for content in (body(p=f"/{canary}"), b"{" + canary.encode(), b" " * 9000):
            await client.post(f"/v1/b/shop?n={canary}", content=content, headers=headers)
        await client.get(f"/{canary}")
        world.disk.gate.clear()
        with pytest.raises(httpx.TimeoutException):
            await client.post(f"/v1/b/shop?n={canary}", content=body(), headers=headers, timeout=0.1)
        world.disk.gate.set()
        await soon(lambda: relay.counts.waiting == 0)
        relay.receive = fall_over  # type: ignore[method-assign, assignment]
        answer = await client.post(f"/v1/b/shop?n={canary}", content=body(), headers=headers)
        assert answer.status_code == 500
        assert canary not in answer.text
    out, err = capfd.readouterr()
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    text = out + err + "".join(ours)
    assert canary not in text
    assert "127.0.0.1" not in text


def test_the_table_of_reasons_in_the_docs_is_the_set() -> None:
    docs = Path(__file__).parents[2] / "docs" / "relay.md"
    assert table() in docs.read_text()


def test_every_answer_is_json(world: World) -> None:
    for reason in Refusal:
        answer = relay_app._refused(Refused(reason, DAY))
        assert json.loads(answer.body or b"")["refused"] == reason.reason
