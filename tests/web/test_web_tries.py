"""Whoever tries to get in too often waits, each place by itself and all together, and nothing of a place is kept."""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest

import web as room
from domain.address import NO_PROXIES, Proxies
from tests.web.conftest import Web, services_for, serving
from tests.web.sample import SHOP
from web.app import create_app
from web.permission import Permission
from web.routes import DOORS, ROUTES
from web.tries import Allowed

FEW = Allowed(of_one=10, of_all=30)
PROXY = Proxies((ip_network("127.0.0.0/8"),))
API = f"/api/v1/sites/{SHOP}/definition"

_NAMES = (f"web_with_limits_{n}" for n in itertools.count())


@asynccontextmanager
async def limited(web: Web, allowed: Allowed = FEW, proxies: Proxies = PROXY) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a web that has a limit."""
    app = create_app(services_for(web, allowed=allowed, proxies=proxies), next(_NAMES))
    headers = {"sec-fetch-site": "same-origin"}
    async with serving(app) as address, httpx.AsyncClient(base_url=address, headers=headers) as client:
        yield client


def coming_from(place: str) -> dict[str, str]:
    """What the proxy writes."""
    return {"x-forwarded-for": place}


async def statuses(client: httpx.AsyncClient, times: int, place: str = "192.0.2.1", path: str = "/join/x") -> list[int]:
    """What comes of so many tries."""
    return [(await client.get(path, headers=coming_from(place))).status_code for _ in range(times)]


def test_every_way_in_is_limited() -> None:
    public = {route.name for route in ROUTES if route.permission is Permission.PUBLIC}
    assert public - DOORS == {"explain_sign_in"}
    assert {route.name for route in ROUTES} >= DOORS


async def test_of_one_place_so_many_tries_and_then_one_at_a_time(web: Web) -> None:
    async with limited(web) as client:
        assert await statuses(client, 11) == [410] * 10 + [429]
        refused = await client.get("/join/x", headers=coming_from("192.0.2.1"))
        assert refused.headers["retry-after"] == "6"
        assert refused.headers["cache-control"] == "no-store"
        assert "Wait a minute, then try again." in refused.text
        assert await statuses(client, 1, "192.0.2.2") == [410]
        web.clock.seconds += 6
        assert await statuses(client, 2) == [410, 429]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/sign-in/wrong"),
        ("POST", "/sign-in/wrong"),
        ("POST", "/sign-in/with/company"),
        ("GET", "/sign-in/from/company"),
        ("GET", "/join/wrong"),
        ("POST", "/join/wrong"),
        ("GET", "/sign-up"),
        ("POST", "/sign-up"),
    ],
)
async def test_no_way_in_is_left_out(web: Web, method: str, path: str) -> None:
    async with limited(web) as client:
        await statuses(client, 10)
        answer = await client.request(method, path, headers=coming_from("192.0.2.1"))
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


async def test_all_together_have_a_limit_too_and_whoever_may_try_no_more_uses_none_of_it_up(web: Web) -> None:
    async with limited(web) as client:
        assert (await statuses(client, 100)).count(410) == 10
        others = [await statuses(client, 1, f"192.0.2.{n}") for n in range(2, 23)]
        assert others == [[410]] * 20 + [[429]]


async def test_whoever_is_signed_in_notices_nothing(web: Web) -> None:
    link = f"/sign-in/{await web.store.create_sign_in_link()}"
    async with limited(web) as client:
        assert (await client.post(link, headers=coming_from("192.0.2.1"))).status_code == 303
        await statuses(client, 20)
        assert (await client.get("/sites", headers=coming_from("192.0.2.1"))).status_code == 200
        assert (await client.get("/sign-in", headers=coming_from("192.0.2.1"))).status_code == 302


@pytest.mark.parametrize(
    ("proxies", "sent", "tries"),
    [
        (NO_PROXIES, ["192.0.2.{}"], 10),
        (PROXY, ["192.0.2.{}"], 12),
        (PROXY, ["192.0.2.{}, 203.0.113.9"], 10),
        (PROXY, ["192.0.2.{}", "203.0.113.9"], 10),
        (PROXY, ["203.0.113.9, 127.0.0.{}"], 10),
        (Proxies((ip_network("10.0.0.0/8"),)), ["192.0.2.{}"], 10),
        (PROXY, ["2001:db8:1:2::{}"], 10),
        (PROXY, ["2001:db8:1:{}::1"], 12),
    ],
)
async def test_only_the_hop_counts_that_a_trusted_proxy_names(
    web: Web, proxies: Proxies, sent: list[str], tries: int
) -> None:
    async with limited(web, proxies=proxies) as client:
        lines = [[("x-forwarded-for", each.format(n)) for each in sent] for n in range(1, 13)]
        came = [(await client.get("/join/x", headers=each)).status_code for each in lines]
        assert came == [410] * tries + [429] * (12 - tries)


async def test_wrong_tokens_are_limited_and_good_ones_elsewhere_are_not(web: Web) -> None:
    good = await web.store.api.create(SHOP, "pipeline", may_write=False, days=30, by="owner")
    async with limited(web) as client:

        async def ask(token: str, place: str) -> httpx.Response:
            return await client.get(API, headers={**coming_from(place), "authorization": f"Bearer {token}"})

        assert [(await ask(str(good), "192.0.2.1")).status_code for _ in range(20)] == [200] * 20
        assert [(await ask("lbt_wrong", "192.0.2.1")).status_code for _ in range(11)] == [401] * 10 + [429]
        refused = await ask("lbt_wrong", "192.0.2.1")
        assert (refused.headers["retry-after"], refused.json()["error"]["code"]) == ("6", "too_many_tries")
        assert (await ask(str(good), "192.0.2.1")).status_code == 429
        for n in range(2, 30):
            await ask("lbt_wrong", f"192.0.2.{n}")
        assert (await ask("lbt_wrong", "203.0.113.1")).status_code == 429
        assert (await ask(str(good), "203.0.113.2")).status_code == 200
        assert await statuses(client, 1) == [410]
        web.clock.seconds += 6
        assert (await ask(str(good), "192.0.2.1")).status_code == 200


async def test_a_place_is_told_from_others_for_an_hour(web: Web) -> None:
    """The key is thrown away, and with it what was counted."""
    web.clock.seconds += 3_599 - web.clock.seconds % 3_600
    async with limited(web) as client:
        assert (await statuses(client, 11))[-1] == 429
        web.clock.seconds += 1
        assert await statuses(client, 1) == [410]


async def test_nothing_of_a_place_is_kept_or_logged(web: Web, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with limited(web) as client:
        await statuses(client, 12, "198.51.100.77")
        await client.get(API, headers={**coming_from("198.51.100.77"), "authorization": "Bearer lbt_wrong"})
    assert "198.51.100.77" not in caplog.text
    with closing(sqlite3.connect(tmp_path / "web.db")) as database:
        assert "198.51.100.77" not in "\n".join(database.iterdump())


def test_the_web_reads_addresses_in_no_file() -> None:
    reads = re.compile(r"\.ip\b|client_ip|remote_addr|peername|\._text|ip_address|ipaddress", re.IGNORECASE)
    folder = Path(str(room.__file__)).parent
    assert [path.name for path in folder.rglob("*.py") if reads.search(path.read_text())] == []
