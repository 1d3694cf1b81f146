"""The guard in the processes of a running Leadbright: whoever published it, a release that breaks is rolled back.

Visitors are beacons as browsers send them; `tests/e2e` has real ones.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.names import SiteKey
from tests.services.house import PATIENCE_S, House
from web.audit.line import AuditLine, Deed
from web.store import open_store

SITE = """
site: shop
name: Shop
domains: [shop.example]
goals:
  - {key: buy, on: {click: "#buy"}}
"""

DEAD = """
experiment: hero
name: Hero
status: running
goals: {primary: buy}
variations:
  - {key: control, weight: 50%}
  - {key: bold, weight: 50%, changes: [{select: ".offer", html: "<b>Buy now</b>"}]}
"""

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
NEWCOMER: list[list[object]] = [["visit", 0, 3], ["session"], ["view"]]
BUYER: list[list[object]] = [*NEWCOMER, ["goal", "buy", 0, 0, []]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "house", {"LEADBRIGHT_GUARD": "5"})
    try:
        house.start("aggregator", "relay", "web")
        yield house
    finally:
        house.stop()


def visit(house: House, entries: list[list[object]], times: int) -> None:
    """So many visitors, each a beacon."""
    headers = {"Origin": "https://shop.example", "User-Agent": FIREFOX, "Content-Type": "text/plain"}
    body: dict[str, Any] = {"v": 1, "cfg": "0" * 16, "p": "/", "src": ["", "", "", ""], "e": entries}
    content = json.dumps({**body, "d": int(time.time() // 86_400)})
    with httpx.Client(headers=headers) as client:
        for number in range(times):
            url = f"{house.settings.relay_url}/v1/b/shop?n={secrets.token_urlsafe(16)}"
            # Each from somewhere else: what comes from one place is limited.
            where = {"X-Forwarded-For": f"198.18.{number // 250}.{number % 250 + 1}"}
            assert client.post(url, content=content, headers=where).status_code == httpx.codes.OK


def releases(house: House) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(
        house.command("releases", "--to", house.settings.cdn, "--site", "shop", "--json")
    )["releases"]
    return told


async def audit(house: House) -> tuple[AuditLine, ...]:
    store = await open_store(house.settings.database, time.time, os.urandom)
    try:
        return await store.audit.lines(SiteKey("shop"), 10)
    finally:
        await store.close()


async def test_a_release_from_the_command_line_is_rolled_back_by_the_guard_of_the_house(
    house: House, tmp_path: Path
) -> None:
    shop = tmp_path / "shop"
    (shop / "experiments").mkdir(parents=True)
    (shop / "site.yaml").write_text(SITE)
    house.command("publish", str(shop), "--to", house.settings.cdn, "--by", "anna")
    visit(house, BUYER, 400)
    (shop / "experiments/hero.yaml").write_text(DEAD)
    house.command("publish", str(shop), "--to", house.settings.cdn, "--by", "anna")

    deadline = time.monotonic() + 2 * PATIENCE_S
    while len(found := releases(house)) < 3:
        assert time.monotonic() < deadline, "the guard sees nothing"
        visit(house, NEWCOMER, 40)
    newest, broken, sound = found
    assert [release["by"] for release in found] == ["guard", "anna", "anna"]
    assert newest["digest"] == sound["digest"] != broken["digest"]
    assert newest["note"].startswith("release 2 rolled back: buy was reached 0 times in ")

    while not (lines := await audit(house)):
        assert time.monotonic() < deadline, "nobody noted it"
    (line,) = lines
    assert (line.who, line.did, line.environment, line.number) == ("guard", Deed.ROLLED_BACK, "production", 3)
    assert (line.digest, line.note) == (sound["digest"], newest["note"])
