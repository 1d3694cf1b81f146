"""The short way in: what takes it, that it answers as Sanic's way does, and how many connections a place may hold."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress

import pytest

from ingest_grpc.relay.admission import Arrival
from ingest_grpc.relay.doorway import LONGEST_HEAD, whole_beacon
from ingest_grpc.relay.relay import Relay
from tests.relay.parts import CHROME, World, body, nonce, settled
from tests.relay.test_relay_app import serving

BODY = body()


@pytest.fixture
def world() -> World:
    """A world with one site."""
    return World()


HEADERS = ("host: x", "origin: https://shop.example", f"User-Agent: {CHROME}")


def request(
    *more: str, url: str = "", content: bytes = BODY, line: str = "", length: Sequence[str] | None = None
) -> bytes:
    """A beacon as bytes, with a length where no other is given."""
    first = line or f"POST {url or '/v1/b/shop?n=' + nonce()} HTTP/1.1"
    lengths = [f"Content-Length: {len(content)}"] if length is None else length
    return "\r\n".join((first, *HEADERS, *lengths, *more, "", "")).encode() + content


SHORT = {
    "as browsers send it": request(),
    "a connection that stays": request("Connection: keep-alive"),
    "headers in capitals": request().replace(b"origin", b"ORIGIN"),
    "the next request behind it": request() + request(),
}
UNUSUAL = {
    "another method": request(line="PUT /v1/b/shop?n=" + "A" * 22 + " HTTP/1.1"),
    "an older version": request(line="POST /v1/b/shop?n=" + "A" * 22 + " HTTP/1.0"),
    "no nonce": request(url="/v1/b/shop"),
    "more parameters": request(url="/v1/b/shop?a=1&n=" + "A" * 22),
    "an escaped site": request(url="/v1/b/sh%6fp?n=" + "A" * 22),
    "no length": request(length=()),
    "two lengths": request(length=("Content-Length: 5", "content-length: 6")),
    "two equal lengths": request(length=(f"Content-Length: {len(BODY)}",) * 2),
    "a length with a sign": request(length=(f"Content-Length: +{len(BODY)}",)),
    "a length that is folded": request(length=("Content-Length:\r\n 5",)),
    "a space before the colon": request(length=(f"Content-Length : {len(BODY)}",)),
    "no body": request(content=b""),
    "a body that is too large": request(content=b" " * 8193),
    "half a body": request()[:-1],
    "half a head": request()[:40],
    "chunks": request("Transfer-Encoding: chunked"),
    "a request to go on": request("Expect: 100-continue"),
    "another protocol": request("Upgrade: websocket"),
    "a compressed body": request("Content-Encoding: gzip"),
    "a connection that ends": request("Connection: close"),
    "a coding with a space before the colon": request("Transfer-Encoding : chunked"),
    "a coding behind a line feed alone": request("x: y\nTransfer-Encoding: chunked"),
    "a coding behind a carriage return alone": request("x: y\rTransfer-Encoding: chunked"),
    "a name that is none": request("x y: z"),
    "a line without a name": request(": z"),
    "a line without a colon": request("x"),
    "letters that are none of ASCII": request("x: ü"),
    "a zero byte": request("x: \0"),
    "a long head": request("x: " + "y" * LONGEST_HEAD),
}


@pytest.mark.parametrize("name", SHORT)
def test_what_browsers_send_takes_the_short_way(name: str) -> None:
    found = whole_beacon(bytearray(SHORT[name]))
    assert found is not None
    beacon, size = found
    assert (beacon.site, beacon.body) == ("shop", BODY)
    assert beacon.get("origin", "") == "https://shop.example"
    assert beacon.get("user-agent", "") == CHROME
    assert beacon.get("cookie", "none") == "none"
    assert SHORT[name][size:].startswith(b"POST") is (name == "the next request behind it")


def test_a_header_that_comes_twice_is_read_twice() -> None:
    found = whole_beacon(bytearray(request("X-Forwarded-For: 6.6.6.6", "x: y", "x-forwarded-for:192.0.2.1 ")))
    assert found is not None
    assert found[0].getall("x-forwarded-for", []) == ["6.6.6.6", "192.0.2.1"]
    assert found[0].getall("cookie", ["none"]) == ["none"]


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_is_for_sanic_to_read(name: str) -> None:
    assert whole_beacon(bytearray(UNUSUAL[name])) is None


ALIKE = {
    "a beacon": {},
    "no JSON": {"content": b"{"},
    "another site": {"url": "/v1/b/other?n=" + "A" * 22},
}


async def answered(relay_port: int, data: bytes) -> bytes:
    """What comes back on a connection of its own, until nothing more does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", relay_port)
    writer.write(data)
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: ([0-9]+)", head)
    assert length is not None
    rest = await reader.readexactly(int(length[1]))
    writer.close()
    return head + rest


@pytest.mark.parametrize("name", ALIKE)
async def test_both_ways_give_the_same_answer(world: World, name: str) -> None:
    asked = ALIKE[name]
    async with serving(world.relay()) as (_, port), asyncio.timeout(10):
        short = await answered(port, request(**asked))  # type: ignore[arg-type]
        usual = await answered(port, request("x: ü", **asked))  # type: ignore[arg-type]
    # An empty alt-svc is what Sanic takes out of itself when it is not under test.
    assert set(short.splitlines()) == set(usual.splitlines()) - {b"alt-svc: "}


async def test_requests_on_one_connection_go_either_way_in_any_order(world: World) -> None:
    relay = world.relay()
    async with serving(relay) as (_, port), asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"".join((request(), request("x: ü"), request(), request())))
        for _ in range(4):
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(len(b'{"day":20780}'))
        for part in (request()[:20], b""):
            whole = request()
            writer.write(part and whole[:20])
            await asyncio.sleep(0)
            writer.write(whole[20 if part else 0 :])
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(len(b'{"day":20780}'))
        writer.close()
        await settled(relay)
    assert len(world.aggregation.counted) == 6


async def test_a_fault_on_the_short_way_is_500_and_the_next_request_is_answered(world: World) -> None:
    relay = world.relay()
    receive = relay.receive

    async def fall_over(_: Arrival) -> None:
        raise KeyError

    async with serving(relay) as (_, port), asyncio.timeout(10):
        relay.receive = fall_over  # type: ignore[method-assign, assignment]
        assert (await answered(port, request())).startswith(b"HTTP/1.1 500 ")
        relay.receive = receive  # type: ignore[method-assign]
        assert (await answered(port, request())).startswith(b"HTTP/1.1 200 ")


async def held_open(port: int, count: int) -> list[asyncio.StreamWriter]:
    """Connections that say nothing."""
    return [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(count)]


async def test_one_place_cannot_hold_every_connection(world: World) -> None:
    relay: Relay = world.relay()
    async with serving(relay, most_connections=5) as (_, port), asyncio.timeout(10):
        slow = await held_open(port, 5)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await answered(port, request())
        slow[0].close()
        for _ in range(1_000):  # until the relay has noticed
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                assert (await answered(port, request())).startswith(b"HTTP/1.1 200 ")
                break
            await asyncio.sleep(0.005)
        for writer in slow:
            writer.close()
    assert relay.counts.admitted == 1
