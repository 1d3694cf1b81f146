"""A visitor who does not want to be counted is not, and what is kept of the others is one cookie with an end."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.snippet.linking import linked, plan
from tests.snippet.visits import COOKIE, record, settled, tried
from tests.snippet.website import SCRIPT, Website, page

SIGNALS = {
    "global privacy control": "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})",
    "do not track": "Object.defineProperty(navigator, 'doNotTrack', {value: '1'})",
    "automation": "Object.defineProperty(navigator, 'webdriver', {value: true})",
}
DAY_S = 86_400


def nothing_happened(tab: Page, website: Website) -> bool:
    """Whether the page is the original one, nothing is stored and nothing was sent, now that all is quiet."""
    tried(tab)
    stores = "localStorage.length + sessionStorage.length + document.cookie.length"
    return tab.inner_text("h1") == "Original" and tab.evaluate(stores) == 0 and website.relay.received == []


@pytest.mark.parametrize("signal", SIGNALS)
def test_who_asks_to_be_left_alone_is(
    signal: str, website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    website.script = linked(plan(relay=website.relay_address))
    tab = new_visitor(SIGNALS[signal]).new_page()
    tab.goto(website.address)
    tab.click("#signup")
    tab.evaluate("leadbright('event', 'purchase'); leadbright('consent', true)")
    assert nothing_happened(tab, website)
    assert tab.evaluate("new Promise(done => leadbright('variation', 'hero', done))") is None


def test_a_signal_that_the_site_does_not_honour_is_none(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    website.script = linked(plan(relay=website.relay_address, honour=["gpc"]))
    tab = new_visitor(SIGNALS["do not track"]).new_page()
    tab.goto(website.address)
    settled(tab)
    assert len(website.relay.received) == 1


def test_nothing_happens_before_consent_and_it_is_remembered(website: Website, visitor: BrowserContext) -> None:
    website.script = linked(plan(relay=website.relay_address, consent=1))
    tab = visitor.new_page()
    tab.goto(website.address)
    tab.click("#signup")
    tab.evaluate("leadbright('event', 'purchase')")
    assert nothing_happened(tab, website)
    tab.evaluate("leadbright('consent', true); leadbright('consent', true)")
    assert tab.inner_text("h1") == "Buy now"
    settled(tab)
    tab.goto(f"{website.address}/list")
    assert tab.inner_text("h1") == "Buy now"
    settled(tab)
    views = [entry for entry in website.relay.counted() if entry[0] == "view"]
    assert views == [["view"], ["view", 1]]


def test_consent_from_before_the_script_has_loaded_lets_the_first_paint_be_the_variation(
    website: Website, visitor: BrowserContext
) -> None:
    website.script = linked(plan(relay=website.relay_address, consent=1))
    stub = "window.leadbright=function(){(leadbright.q=leadbright.q||[]).push(arguments)};leadbright('consent',true)"
    website.pages["/"] = page(
        head=f"<script>{stub}</script>" + SCRIPT + "<script>window.kept = document.cookie</script>"
    )
    tab = visitor.new_page()
    tab.goto(website.address)
    assert COOKIE in tab.evaluate("kept")
    assert tab.inner_text("h1") == "Buy now"


def test_consent_taken_back_deletes_everything(website: Website, visitor: BrowserContext) -> None:
    website.script = linked(plan(relay=website.relay_address, consent=1))
    tab = visitor.new_page()
    tab.goto(website.address)
    tab.evaluate("leadbright('consent', true)")
    settled(tab)
    tab.evaluate("leadbright('consent', false); leadbright('event', 'purchase')")
    tab.click("#signup")
    tried(tab)
    assert visitor.cookies() == []
    assert len(website.relay.received) == 1
    website.relay.received.clear()
    tab.goto(website.address)
    assert nothing_happened(tab, website)


def test_the_cookie_is_first_party_lax_and_of_this_host(website: Website, visitor: BrowserContext) -> None:
    website.script = linked(plan(relay=website.relay_address, domains=["shop.example"]))
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    [cookie] = visitor.cookies()
    assert cookie["name"] == COOKIE
    assert (cookie["domain"], cookie["path"], cookie["sameSite"]) == ("localhost", "/", "Lax")
    assert abs(cookie["expires"] - time.time() - 395 * DAY_S) < DAY_S
    assert len(cookie["value"]) < 400


def test_the_cookie_ends_395_days_after_it_was_made_however_often_it_is_used(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    website.script = linked(plan(relay=website.relay_address))
    visitor = new_visitor()
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    made = record(visitor)
    visitor.clear_cookies()
    # The same record, had it been made 300 days ago.
    tab.evaluate(
        """([name, seed, day]) => {
            const session = "*0!0!*~~!~~!~~!~~__";
            document.cookie =
                `${name}=*1!*~${seed}~!${day}!${day}!${session}!*_!*__!*_!0_;Path=/;Max-Age=9999`;
        }""",
        [COOKIE, made["seed"], made["created"] - 300] if made else [],
    )
    tab.goto(website.address)
    settled(tab)
    [cookie] = visitor.cookies()
    assert abs(cookie["expires"] - time.time() - 95 * DAY_S) < DAY_S


def test_hosts_under_a_domain_of_the_site_share_the_record(website: Website, visitor: BrowserContext) -> None:
    website.script = linked(plan(relay=website.relay_address, domains=["shop.localhost"]))
    tab = visitor.new_page()
    for host in ("shop.localhost", "de.shop.localhost", "www.shop.localhost"):
        tab.goto(f"http://{host}:{website.port}/")
        settled(tab)
    assert [cookie["domain"] for cookie in visitor.cookies()] == [".shop.localhost"]
    assert [entry for entry in website.relay.counted() if entry[0] == "visit"] == [["visit", 0, 3]]


def test_a_record_moves_when_the_site_begins_or_ends_to_share_it(website: Website, visitor: BrowserContext) -> None:
    tab = visitor.new_page()
    for domains in ([], ["shop.localhost"], []):
        website.script = linked(plan(relay=website.relay_address, domains=domains))
        tab.goto(f"http://de.shop.localhost:{website.port}/")
        settled(tab)
        assert len(visitor.cookies()) == 1
    assert [entry for entry in website.relay.counted() if entry[0] == "visit"] == [["visit", 0, 3]]


def test_where_nothing_can_be_kept_nothing_is_shown_or_told(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    website.script = linked(plan(relay=website.relay_address))
    visitor = new_visitor("Object.defineProperty(document, 'cookie', {get: () => '', set: () => {}})")
    tab = visitor.new_page()
    tab.goto(website.address)
    assert nothing_happened(tab, website)


def test_a_cookie_that_is_torn_is_made_anew(website: Website, visitor: BrowserContext) -> None:
    website.script = linked(plan(relay=website.relay_address))
    visitor.add_cookies([{"name": COOKIE, "value": "*1!~torn", "domain": "localhost", "path": "/"}])
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    kept = record(visitor)
    assert kept is not None
    assert len(kept["seed"]) == 8
    assert len(website.relay.received) == 1
