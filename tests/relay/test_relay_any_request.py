"""Whatever arrives at the relay's door, nobody is answered 5xx, every beacon is booked, and the next one is taken.

Our own generator, with seeds: bytes of a request bent at random, and beacons whose JSON is bent at random.
"""

from __future__ import annotations

import asyncio
import copy
import json
import random
from contextlib import suppress
from typing import Any

import pytest

from ingest_grpc.relay.refusals import Refusal
from tests.relay.parts import CHROME, DAY, World, body, nonce, settled, soon
from tests.relay.test_relay_app import serving

SEEDS = range(4)
REQUESTS = 150

TOKENS = (
    *(b"\r\n", b"\n", b"\0", b"\xff", b"%", b"%00", b"%ff", b"..", b"//", b"?", b"&n=", b"#", b" ", b"\t", b":", b"{"),
    *(b"HTTP/2.0", b"HTTP/1.0", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"Expect: 100-continue\r\n", b"[", b'"'),
    *(b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"Host: y\r\n"),
    *(b"Upgrade: websocket\r\n", b"Content-Encoding: gzip\r\n", b"Leadbright-Signature: t=1,v1=\r\n", b"a" * 9000),
    b"X-Forwarded-For: ,,::1\r\n",
)
"""Put in at random places."""

TARGETS = ("/v1/b/shop", "/v1/b/", "/v1/b/%2e%2e", "/healthz", "/readyz", "/cdn/x", "/", "*", "http://x/v1/b/shop", "")
METHODS = ("POST", "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "post", "BREW", "")

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**31, 2**63, 2**64, -(2**63), 1.5, 1e308, "", "\0", "\ud800", "/" * 3000, "x" * 600),
    *([], {}, [[]], [None], {"": ""}, ["visit"], ["goal"], ["exp", "hero", "bold", {"signup": 2**62}]),
    ["goal", "purchase", 1, 1, [["hero", "bold", 1, 1]] * 40],
)
"""Put in the place of any value."""

WHOLE: dict[str, Any] = {
    "v": 1,
    "cfg": "3f9c2a1b8d7e4450",
    "d": DAY,
    "p": "/landing",
    "src": ["google.com", "", "", ""],
    "e": [
        ["visit", 0, 3],
        ["session"],
        ["view"],
        ["exp", "hero", "bold", {"signup": 5}],
        ["goal", "purchase", 1, 4999, [["hero", "bold", 1, 4999]], 2500],
        ["event", "add_to_cart"],
        ["leave", 5321, 80],
        ["ok", "hero", "bold", 0, 12],
    ],
}


def bent_json(dice: random.Random) -> bytes:
    """A beacon in which some values are others, gone, or doubled."""
    beacon = copy.deepcopy(WHOLE)
    for _ in range(dice.randint(1, 3)):
        place: Any = beacon
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = dice.choice(keys)
            if isinstance(place[key], (dict, list)) and dice.random() < 0.7:
                place = place[key]
                continue
            _bend(place, key, dice)
            break
    return json.dumps(beacon).encode(errors="surrogatepass")


def _bend(place: Any, key: Any, dice: random.Random) -> None:  # noqa: ANN401  JSON of any shape
    match dice.randrange(4):
        case 0:
            del place[key]
        case 1 if isinstance(place, list):
            place.append(copy.deepcopy(place[key]))
        case _:
            place[key] = copy.deepcopy(dice.choice(ODD))


def request(dice: random.Random) -> bytes:
    """A request that somebody might send: a beacon, bent or whole, to the right place or another."""
    content = bent_json(dice) if dice.random() < 0.7 else body()
    beacon = dice.random() < 0.8
    target = f"/v1/b/shop?n={nonce()}" if beacon else dice.choice(TARGETS)
    method = "POST" if beacon else dice.choice(METHODS)
    lines = [f"{method} {target} HTTP/1.1", "host: x", "origin: https://shop.example", f"user-agent: {CHROME}"]
    return "\r\n".join((*lines, f"content-length: {len(content)}", "", "")).encode() + content


def bent(data: bytes, dice: random.Random) -> bytes:
    """The same bytes with some others in them, some taken away, or in another order."""
    for _ in range(dice.randint(0, 3)):
        at, to = sorted(dice.randrange(len(data) + 1) for _ in range(2))
        match dice.randrange(4):
            case 0:
                data = data[:at] + dice.choice(TOKENS) + data[at:]
            case 1:
                data = data[:at] + data[min(to, at + 20) :]
            case 2:
                data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
            case _:
                data = data[:to] + data[at:]
        data = data or b"\r\n"
    return data


async def statuses(port: int, data: bytes) -> list[int]:
    """Send bytes and nothing more; the status of each answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        writer.write(data)
        writer.write_eof()
    told = b""
    with suppress(ConnectionError):
        told = await reader.read()
    writer.close()
    return [int(part[:3]) for part in told.split(b"HTTP/1.1 ")[1:] if part[:3].isdigit()]


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_request_is_answered_5xx_and_every_beacon_is_booked(seed: int) -> None:
    dice, world = random.Random(seed), World()
    relay = world.relay()
    told: list[int] = []
    async with serving(relay) as (_, port), asyncio.timeout(120):
        for _ in range(REQUESTS):
            data = request(dice)
            told += await statuses(port, bent(data, dice) if dice.random() < 0.6 else data)
        await settled(relay)
        await soon(lambda: relay.counts.waiting == 0)
    assert [status for status in told if status >= 500] == []
    counts = relay.counts
    assert counts.received == counts.admitted + sum(counts.refused.values())
    assert counts.admitted == len(world.aggregation.counted) > 0
    assert counts.refused[Refusal.WRONG_SHAPE] > 0
    assert counts.refused[Refusal.JOURNAL_FAILED] == 0
