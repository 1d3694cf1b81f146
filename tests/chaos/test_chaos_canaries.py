"""T5: after refusals, crashes and restarts, no byte that was written holds anything that points to a visitor."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from leadbright.demo.browser import calendar
from tests.chaos import canaries
from tests.chaos.canaries import AGENT, BEARER, COOKIE, EMAIL, QUERY, SEED, TOKEN, hits, shapes
from tests.services.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    try:
        house.publish_shop()
        house.start("aggregator", "relay")
        yield house
    finally:
        house.stop()


def _beacon(*entries: object, **members: object) -> bytes:
    day = calendar("Europe/Berlin")(int(time.time() // 60))
    source = ["news.example", "letter", "email", EMAIL]
    beacon = {"v": 1, "cfg": "0" * 16, "d": day, "p": f"/account/{EMAIL}/{TOKEN}", "src": source}
    return json.dumps({**beacon, "e": list(entries) or [["visit", 0, 3], ["session"], ["view"]], **members}).encode()


BODIES = {
    "a beacon": _beacon(),
    "an event": _beacon(["view"], ["event", "add_to_cart"]),
    "an unknown goal": _beacon(["goal", EMAIL[:39], 0, 0, []]),
    "an event that is none": _beacon(["event", EMAIL]),
    "a member too many": _beacon(seed=SEED),
    "no JSON": f"{{{EMAIL} {TOKEN}".encode(),
    "too large": _beacon(pad=EMAIL * 400),
}


def post(client: httpx.Client, url: str, origin: str, body: bytes, address: str) -> int:
    """As a browser that says more than it should."""
    nonce = base64.urlsafe_b64encode(secrets.token_bytes(16))[:22].decode()
    headers = {
        "User-Agent": AGENT,
        "Origin": origin,
        "X-Forwarded-For": address,
        "Forwarded": f'for="{address}"',
        "Cookie": f"lb_shop={COOKIE}",
        "Authorization": f"Bearer {BEARER}",
        "Referer": f"https://shop.example/?q={QUERY}",
    }
    return client.post(f"{url}?n={nonce}&q={QUERY}", content=body, headers=headers).status_code


def visit(house: House) -> set[int]:
    """Every kind of request, from every address; the statuses that came back."""
    relay = house.settings.relay_url
    statuses = set()
    with httpx.Client(timeout=20) as client:
        for address in canaries.ADDRESSES:
            for body in BODIES.values():
                statuses.add(post(client, f"{relay}/v1/b/shop", house.shop, body, address))
            statuses.add(post(client, f"{relay}/v1/b/shop", f"https://{TOKEN}.example", BODIES["a beacon"], address))
            statuses.add(post(client, f"{relay}/v1/b/{TOKEN[:30]}", house.shop, BODIES["a beacon"], address))
            statuses.add(post(client, f"{relay}/v1/{EMAIL}", house.shop, BODIES["a beacon"], address))
    return statuses


def test_no_byte_that_was_written_points_to_a_visitor(house: House, tmp_path: Path) -> None:
    statuses = visit(house)
    assert {200, 400, 403, 404, 413} <= statuses
    assert max(statuses) < 500
    house.kill("aggregator")
    visit(house)
    house.kill("relay")
    house.start("aggregator", "relay")
    visit(house)
    said = {"metrics": house.metrics("relay") + house.metrics("aggregator")}
    house.report("hero")
    secret = (house.settings.data / "secret").read_text().strip()
    found, searched = hits(tmp_path, secret.encode(), said)
    assert searched > 50_000
    print(f"\n{searched:,} bytes searched for {len(list(shapes(b'')))} shapes of {len(canaries.TEXTS)} canaries")
    assert not found


def test_a_canary_would_be_found(tmp_path: Path) -> None:
    for number, shape in enumerate(shapes(b"key")):
        (tmp_path / f"{number}.bin").write_bytes(b"\0\1" + shape.content + b"\2")
    found, _ = hits(tmp_path, b"key", {})
    assert {shape.canary for shape in shapes(b"key")} == {line.split(" as ")[0] for line in found}
    assert len(found) >= len(list(shapes(b"key")))
