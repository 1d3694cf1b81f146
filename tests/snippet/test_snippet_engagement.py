"""A page that is left says once how long it had its visitor's attention, and how far down it was seen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.snippet.linking import linked, plan
from tests.snippet.visits import settled
from tests.snippet.website import BODY, Website, page

TALL = BODY.replace("<body>", '<body style="height:10000px;margin:0">')
# Time as the page sees it goes on only when a test says so.
CLOCK = "window.now = 0; performance.now = () => window.now"


@pytest.fixture(autouse=True)
def install(website: Website) -> None:
    website.script = linked(plan(relay=website.relay_address, engagement=1))
    website.pages["/"] = page(TALL, head=f'<script>{CLOCK}</script><script src="/lb.js"></script>')


def leaves(website: Website) -> list[list[Any]]:
    received = website.relay.wait_for(lambda received: any(r.beacon["e"][0][0] == "leave" for r in received))
    return [r.beacon["e"] for r in received if r.beacon["e"][0][0] == "leave"]


def test_time_counts_while_there_are_signs_of_attention(website: Website, visitor: BrowserContext) -> None:
    tab = visitor.new_page()
    tab.set_viewport_size({"width": 800, "height": 1_000})
    tab.goto(website.address)
    settled(tab)
    tab.evaluate("""() => {
        const after = (ms, type) => { now += ms; dispatchEvent(new Event(type)); };
        after(4_000, "keydown");
        after(60_000, "pointermove");
        after(1_000, "pointerdown");
    }""")
    tab.goto(f"{website.address}/list")
    # Four seconds, then a minute of which a sign stands for fifteen seconds, then one more.
    assert leaves(website) == [[["leave", 20_000, 10]]]


def test_no_time_counts_while_the_page_is_not_seen(website: Website, visitor: BrowserContext) -> None:
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    tab.evaluate("""() => {
        const become = state => {
            Object.defineProperty(document, "visibilityState", {value: state, configurable: true});
            document.dispatchEvent(new Event("visibilitychange", {bubbles: true}));
        };
        now += 2_000;
        become("hidden");
        now += 9_000;
        become("visible");
        now += 3_000;
    }""")
    tab.goto(f"{website.address}/list")
    [[[_, engaged, _]]] = leaves(website)
    assert engaged == 5_000


def test_the_depth_is_the_greatest_that_was_seen(website: Website, visitor: BrowserContext) -> None:
    tab = visitor.new_page()
    tab.set_viewport_size({"width": 800, "height": 1_000})
    tab.goto(website.address)
    settled(tab)
    for top in (6_000, 0):
        tab.evaluate(
            "top => new Promise(done => { addEventListener('scroll', done, {once: true}); scrollTo(0, top); })", top
        )
    tab.goto(f"{website.address}/list")
    [[[_, _, depth]]] = leaves(website)
    assert depth == 70


def test_it_is_told_once_for_each_view_and_the_record_stays_as_it_is(website: Website, visitor: BrowserContext) -> None:
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    before = visitor.cookies()[0]["value"]
    tab.evaluate(
        "dispatchEvent(new PageTransitionEvent('pagehide')); dispatchEvent(new PageTransitionEvent('pagehide'))"
    )
    assert len(leaves(website)) == 1
    assert visitor.cookies()[0]["value"] == before
    tab.goto("about:blank")
    assert len(leaves(website)) == 1


def test_a_site_that_does_not_want_it_hears_nothing_of_it(website: Website, visitor: BrowserContext) -> None:
    website.script = linked(plan(relay=website.relay_address))
    assert "pointermove" not in website.script
    tab = visitor.new_page()
    for _ in range(2):
        tab.goto(website.address)
        settled(tab)
    assert [entry for entry in website.relay.counted() if entry[0] == "leave"] == []
