"""What the demo prepares, and what the shop does: pages, basket, and an order that is reported once."""

from __future__ import annotations

import os
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from cdn_publish.layout import Environment, Place
from cdn_publish.release import releases
from domain.names import RunName
from domain.report import Days
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.store import open_store as open_counts
from leadbright import listening, preparing_demo
from leadbright.demo.catalogue import PRODUCTS
from leadbright.demo.shop import make_shop
from leadbright.demo.site import SHOP
from leadbright.preparing_demo import prepare_demo, remember
from leadbright.serving import serving
from leadbright.setting_values import Address
from leadbright.settings import Settings, read_settings
from leadbright.wiring.published import reading, target_of
from web.services import Note
from web.store import open_store


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The demo's settings in a folder of its own, with a small crowd."""
    monkeypatch.setattr(preparing_demo, "NEWCOMERS_A_DAY", 6)
    found = read_settings({"LEADBRIGHT_DATA": str(tmp_path / "demo")}, tmp_path)
    assert isinstance(found, Settings)
    return found


async def test_the_shop_has_a_history_which_is_replayed_once(settings: Settings) -> None:
    said: list[str] = []
    link = await prepare_demo(settings)
    await remember(settings, said.append)
    assert re.fullmatch(r"http://127\.0\.0\.1:8600/sign-in/[\w-]{43}", link)
    assert said == ["Replaying 14 days of visitors, this once …"]
    counts = await open_counts(settings.counts)
    try:
        today = int(time.time()) // 86_400
        told = await Reporter(counts).experiment(SHOP, RunName("hero"), Days(today - 20, today + 1))
        book = await Reporter(counts).total_book()
    finally:
        await counts.close()
    assert {day.variation for day in told.arm_days} == {"control", "bold"}
    assert len({day.day for day in told.arm_days}) >= 13
    assert book.accepted == book.counted + book.duplicate > 100

    assert await prepare_demo(settings) != link
    await remember(settings, said.append)
    assert len(said) == 1
    assert {p.name for p in settings.data.iterdir()} >= {"counts.db", "crowd.json", "cdn", "log", "leadbright.db"}
    assert not (settings.data / "replaying").exists()


async def test_a_new_start_leaves_what_was_published_since_as_it_is(settings: Settings) -> None:
    await prepare_demo(settings)
    store = await open_store(settings.database, time.time, os.urandom)
    try:
        first = await store.definition(SHOP)
        assert first is not None
        await store.save_definition(SHOP, {**first.files, "site.yaml": "site: [broken"}, "somebody")
    finally:
        await store.close()
    await prepare_demo(settings)
    found = await releases(target_of(settings), Environment.PRODUCTION, SHOP)
    assert [release.number for release in found.history.releases] == [1]
    assert found.finished
    assert Note("demo", "1").by == found.history.releases[0].by
    assert found.history.releases[0].at <= datetime.now(UTC)
    config = await reading(target_of(settings))(Place(Environment.PRODUCTION, SHOP).pointer("config.json"))
    assert config is not None
    assert settings.relay_url.encode() in config


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """Something that keeps cookies, at the shop."""
    address = listening.with_free_port(Address("127.0.0.1", 0))
    async with (
        serving(make_shop("http://cdn.example", f"shop_{uuid4().hex}"), address, drain_s=0.2),
        httpx.AsyncClient(base_url=address.url, follow_redirects=True) as client,
    ):
        yield client


@pytest.mark.parametrize("path", ["/", "/products", "/products?kind=kit", "/basket", "/thank-you", "/products/alder"])
async def test_the_snippet_is_in_the_head_of_every_page_by_its_one_line(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path)
    assert page.status_code == 200
    head = page.text.partition("</head>")[0]
    assert head.count('<script src="http://cdn.example/production/shop/lb.js" crossorigin="anonymous"></script>') == 1
    assert re.findall(r'(?:src|href)="(http[^"]*)"', page.text) == ["http://cdn.example/production/shop/lb.js"]


async def test_the_landing_page_is_a_page_of_some_size(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text
    assert len(re.findall(r"<[a-z]", page)) > 500
    assert page.count('id="signup"') == 1
    assert page.count('class="hero"') == 1


@pytest.mark.parametrize("product", [product.key for product in PRODUCTS])
async def test_every_product_has_a_page(browser: httpx.AsyncClient, product: str) -> None:
    page = await browser.get(f"/products/{product}")
    assert page.status_code == 200
    assert 'class="cents"' in page.text


async def test_what_is_not_sold_is_not_found(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/products/sandal")).status_code == 404


ADDED = 'leadbright("event","add_to_cart")'


async def test_an_order_is_reported_once(browser: httpx.AsyncClient) -> None:
    first = await browser.post("/basket", data={"product": "alder"})
    assert ADDED in first.text
    assert ADDED not in (await browser.get("/basket")).text
    await browser.post("/basket", data={"product": "gorse"})
    await browser.post("/basket/change", data={"product": "gorse", "change": "1"})
    thanks = await browser.post("/checkout")
    assert thanks.url.path == "/thank-you"
    assert f'leadbright("event","purchase",{{amount:{189 + 19 + 19}}})' in thanks.text
    assert '"purchase"' not in (await browser.get("/thank-you")).text
    assert "Nothing in it yet" in (await browser.get("/basket")).text


@pytest.mark.parametrize(
    ("cookie", "count"),
    [("alder_2.gorse_1", 3), ("sandal_2", 0), ("alder_99", 0), ("alder_-1", 0), ("…", 0), ("alder_" + "9" * 5000, 0)],
)
async def test_a_basket_that_is_none_is_empty(browser: httpx.AsyncClient, cookie: str, count: int) -> None:
    page = await browser.get("/basket", headers=[(b"cookie", f"basket={cookie}".encode())])
    assert page.status_code == 200
    assert f"<b>{count}</b>" in page.text
