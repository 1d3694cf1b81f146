"""The guard, from end to end: a release that takes the buy button's handler away is rolled back while people visit.

The command line publishes and watches, a real relay and aggregator count, and whoever visits the release is a real
browser with the published snippet.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.services.house import House
from tests.snippet.website import HEAD, Reply, Website

SITE = """
site: corner
name: Corner shop
domains: [localhost]
goals:
  - {key: buy, on: {event: purchase}}
"""

BUTTON = """
experiment: button
name: A larger button
status: running
pages: {include: ["/"]}
goals: {primary: buy}
variations:
  - {key: control, weight: 0%}
  - key: large
    weight: 100%
    changes:
      - {select: ".offer", html: '<button class="buy large">Buy now</button>'}
"""

PAGE = """
<body><h1>Boots</h1><p class="offer"><button class="buy" id="buy">Buy</button></p>
<script>
  window.leadbright ??= (...said) => (leadbright.q ??= []).push(said);
  document.querySelector("#buy")?.addEventListener("click", () => leadbright("event", "purchase"));
</script></body></html>
"""

TOLD = r"async () => await navigator.locks.request('lb_corner', () => /!\*_!-?\d+_(;|$)/.test(document.cookie))"
"""Whether the visitor's record holds nothing that is not told."""

BUYERS = 300
COUNTED = f'leadbright_aggregator_beacons_total{{outcome="counted"}} {BUYERS}.0\n'.encode()
PATIENCE_S = 60.0
MOST = 400

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"

NewVisitor = Callable[..., BrowserContext]


@pytest.fixture
def corner(tmp_path: Path) -> Iterator[House]:
    """Relay and aggregator; the guard of the command line stays for five minutes at most."""
    house = House(tmp_path / "house", {"LEADBRIGHT_GUARD": "5"})
    try:
        house.start("aggregator", "relay")
        yield house
    finally:
        house.stop()


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    """The corner shop without any experiment."""
    (tmp_path / "shop/experiments").mkdir(parents=True)
    (tmp_path / "shop/site.yaml").write_text(SITE)
    return tmp_path / "shop"


@pytest.fixture
def shop(corner: House) -> Iterator[Website]:
    """Its page, with what is published in the head."""
    site = Website()
    script = f'<script src="{corner.settings.cdn_base}/production/corner/lb.js"></script>'
    site.pages = {"/": Reply([HEAD.format(script=script) + PAGE])}
    yield site
    site.close()


def buyers_of_before(house: House, shop: Website) -> None:
    """Visitors who look at the page and buy, each in one beacon, as many browsers would send them."""
    headers = {"Origin": shop.address, "User-Agent": FIREFOX, "Content-Type": "text/plain"}
    entries = [["visit", 0, 3], ["session"], ["view"], ["goal", "buy", 0, 0, []]]
    today = int(time.time() // 86_400)
    body = {"v": 1, "cfg": "0" * 16, "d": today, "p": "/", "src": ["", "", "", ""], "e": entries}
    with httpx.Client(headers=headers) as client:
        for _ in range(BUYERS):
            url = f"{house.settings.relay_url}/v1/b/corner?n={secrets.token_urlsafe(16)}"
            assert client.post(url, content=json.dumps(body)).status_code == httpx.codes.OK
    deadline = time.monotonic() + PATIENCE_S
    while COUNTED not in house.metrics("aggregator"):
        assert time.monotonic() < deadline, "the buyers are not counted"


def buy(tab: Page, shop: Website) -> str:
    """One visitor more, who presses the button; what it says."""
    tab.context.clear_cookies()
    tab.goto(shop.address, wait_until="load")
    said = tab.inner_text(".buy")
    tab.click(".buy")
    tab.wait_for_function(TOLD)
    return said


def test_a_release_that_takes_the_buy_buttons_handler_away_is_rolled_back(
    corner: House, definition: Path, shop: Website, new_visitor: NewVisitor
) -> None:
    to = corner.settings.cdn
    corner.command("publish", str(definition), "--to", to, "--by", "anna")
    buyers_of_before(corner, shop)

    (definition / "experiments/button.yaml").write_text(BUTTON)
    with corner.begun("publish", str(definition), "--to", to, "--by", "anna", "--watch", "--json") as publishing:
        assert publishing.stdout is not None
        published = json.loads(publishing.stdout.readline())
        assert published["release"]["number"] == 2
        visits, tab = 0, new_visitor().new_page()
        while publishing.poll() is None:
            assert visits < MOST, "the guard sees nothing"
            assert buy(tab, shop) in ("Buy now", "Buy")
            visits += 1
        told, complaints = publishing.communicate(timeout=10)
    assert publishing.returncode == 1, complaints
    assert json.loads(told)["outcome"] == "rolled-back"
    assert "corner: release 2: buy was reached 0 times in" in complaints

    newest, broken, sound = json.loads(corner.command("releases", "--to", to, "--site", "corner", "--json"))["releases"]
    assert [release["by"] for release in (sound, broken, newest)] == ["anna", "anna", "guard"]
    assert newest["number"] == 3
    assert newest["digest"] == sound["digest"]
    assert newest["note"].startswith("release 2 rolled back: buy was reached 0 times in")
    assert buy(new_visitor().new_page(), shop) == "Buy"
