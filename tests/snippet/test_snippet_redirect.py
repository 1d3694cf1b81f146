"""A visitor whose variation is another page is sent there, unseen, counted once, and never in circles."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.snippet.linking import Json, experiment, linked, plan
from tests.snippet.visits import AT_FIRST, record, settled, tried
from tests.snippet.website import BODY, HEAD, SCRIPT, Reply, Website, page

HOME: Json = [["=", "/"]]


def sent(key: str, to: str, include: Json = HOME, **changes: Json) -> Json:
    """An experiment whose every visitor is sent to another page."""
    arms = [["control", 0, "", [], []], ["bold", 10_000, "", [], [], to]]
    return {**experiment(key, arms=arms, **changes), "in": include}


def install(website: Website, *experiments: Json) -> None:
    website.script = linked(plan(relay=website.relay_address, experiments=experiments))


def arrived(website: Website, visitor: BrowserContext, path: str, at: str) -> Page:
    tab = visitor.new_page()
    tab.goto(website.address + path, wait_until="commit")
    tab.wait_for_url(website.address + at)
    tab.wait_for_load_state()
    settled(tab)
    return tab


EXPOSED = [["visit", 0, 3], ["session"], ["exp", "hero", "bold"]]


def test_the_visitor_is_sent_on_and_counted_once(website: Website, visitor: BrowserContext) -> None:
    install(website, sent("hero", "/list"))
    tab = arrived(website, visitor, "/?utm_source=news", "/list?utm_source=news")
    # What the first page kept and what the second one tells travel at the same time.
    assert sorted(website.relay.counted(), key=str) == sorted([*EXPOSED, ["view"]], key=str)
    assert {received.beacon["src"][1] for received in website.relay.received} == {"news"}
    tab.goto(f"{website.address}/thanks")
    settled(tab)
    assert website.relay.counted()[4:] == [
        ["view", 1],
        ["goal", "thanks", 0, 0, [["hero", "bold", 0, 0]]],
    ]


def test_who_comes_back_is_sent_on_again_and_not_counted_again(website: Website, visitor: BrowserContext) -> None:
    install(website, sent("hero", "/list"))
    for _ in range(3):
        arrived(website, visitor, "/", "/list").close()
    assert [entry for entry in website.relay.counted() if entry[0] in ("exp", "session", "visit")] == EXPOSED


CARRIED = {
    ("/list", "/?a=1&b=%20c#part"): "/list?a=1&b=%20c#part",
    ("/list?a=2&x=y", "/?a=1&b=+c#part"): "/list?a=2&x=y&b=+c#part",
    ("/list#own", "/#part"): "/list#own",
    ("list", "/"): "/list",
}


@pytest.mark.parametrize("case", CARRIED)
def test_query_and_fragment_are_carried_on(case: tuple[str, str], website: Website, visitor: BrowserContext) -> None:
    to, path = case
    install(website, sent("hero", to))
    arrived(website, visitor, path, CARRIED[case])


def test_an_exposure_is_kept_before_the_page_is_left(website: Website, visitor: BrowserContext) -> None:
    install(website, sent("hero", "/list"))
    website.pages["/list"] = page(head="")
    website.relay.answer = 0
    tab = visitor.new_page()
    tab.goto(website.address, wait_until="commit")
    tab.wait_for_url(f"{website.address}/list")
    kept = record(visitor)
    assert kept is not None
    assert [exposure[:2] for exposure in kept["exposures"]] == [["hero", "bold"]]
    assert [entries for *_, entries in kept["outbox"]] == [EXPOSED]
    website.relay.answer = 200
    tab.goto(f"{website.address}/thanks")
    settled(tab)
    # A page that is left may be heard after all: the same beacon comes again by its nonce, and counts once.
    told = list({received.nonce: received.beacon["e"] for received in website.relay.received}.values())
    assert told.count(EXPOSED) == 1
    assert ["view"] in website.relay.counted()


PROBE = """
window.seen = [];
(function look() {
  const h1 = document.querySelector("h1");
  if (h1 && getComputedStyle(h1).visibility === "visible") seen.push(h1.textContent);
  if (seen.length) document.cookie = "painted=1";
  requestAnimationFrame(look);
})()
"""


def test_nothing_of_the_page_is_painted(website: Website, new_visitor: Callable[..., BrowserContext]) -> None:
    install(website, sent("hero", "/list"))
    website.pages["/"] = Reply([HEAD.format(script=SCRIPT) + "<body><h1>Original</h1>", "<p>x</p>" * 500, BODY], 0.2)
    website.pages["/list"] = Reply([HEAD.format(script=SCRIPT), "<body><h2>There</h2>"], 0.3)
    visitor = new_visitor(PROBE)
    tab = arrived(website, visitor, "/", "/list")
    assert tab.inner_text("h2") == "There"
    assert "painted" not in {cookie["name"] for cookie in visitor.cookies()}


@pytest.mark.patience
def test_a_page_that_cannot_be_left_is_shown(website: Website, visitor: BrowserContext) -> None:
    install(website, sent("hero", "/favicon.ico"))  # answers 204: the browser stays
    visitor.add_init_script(AT_FIRST)
    tab = visitor.new_page()
    tab.goto(website.address)
    visibility = "getComputedStyle(document.querySelector('h1')).visibility"
    assert tab.evaluate("atFirst") == "hidden"
    tab.wait_for_function(f"{visibility} === 'visible'", timeout=6_000)


LOOPS = {
    "two experiments": (sent("hero", "/list"), sent("price", "/", [["=", "/list"]])),
    "a chain": (sent("hero", "/list"), sent("price", "/thanks", [["=", "/list"]])),
    "every page": (sent("hero", "/list", []),),
}


@pytest.mark.parametrize("loop", LOOPS)
def test_nobody_is_sent_in_circles(loop: str, website: Website, visitor: BrowserContext) -> None:
    install(website, *LOOPS[loop])
    tab = arrived(website, visitor, "/", "/list")
    tab.evaluate("() => new Promise(done => setTimeout(done, 300))")
    assert tab.url == f"{website.address}/list"
    assert tab.inner_text("h1") == "Original"
    assert [entry for entry in website.relay.counted() if entry[0] == "exp"] == [["exp", "hero", "bold"]]


def test_each_of_two_experiments_sends_those_who_come_from_elsewhere(website: Website, visitor: BrowserContext) -> None:
    install(website, *LOOPS["two experiments"])
    tab = arrived(website, visitor, "/list", "/")
    assert tab.inner_text("h1") == "Original"
    assert [entry for entry in website.relay.counted() if entry[0] == "exp"] == [["exp", "price", "bold"]]


def test_a_page_that_the_server_sends_back_to_is_shown(website: Website, visitor: BrowserContext) -> None:
    install(website, sent("hero", "/list"))
    website.pages["/list"] = Reply([], headers={"Location": "/"}, status=302)
    tab = visitor.new_page()
    tab.goto(website.address, wait_until="commit")
    website.wait_for_request("/list")
    tab.wait_for_selector("h1", state="visible")
    settled(tab)
    assert tab.url == f"{website.address}/"
    assert tab.inner_text("h1") == "Original"


def test_who_is_there_already_stays_and_is_counted(website: Website, visitor: BrowserContext) -> None:
    install(website, sent("hero", "/list?v=2", [["^", "/"]]))
    arrived(website, visitor, "/list?a=1&v=2", "/list?a=1&v=2")
    assert website.relay.counted() == [["visit", 0, 3], ["session"], ["view"], ["exp", "hero", "bold"]]


def test_a_page_made_ready_in_advance_sends_nobody_before_it_is_looked_at(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    install(website, sent("hero", "/list"))
    website.pages["/list"] = page(head="")
    visitor = new_visitor("Object.defineProperty(document, 'prerendering', {value: true, configurable: true})")
    tab = visitor.new_page()
    tab.goto(website.address)
    tried(tab)
    assert website.relay.received == []
    with tab.expect_navigation():
        tab.evaluate(
            """() => {
                Object.defineProperty(document, "prerendering", {value: false});
                document.dispatchEvent(new Event("prerenderingchange"));
            }"""
        )
    assert tab.url == f"{website.address}/list"
    website.relay.wait_for_beacons(1)
    assert website.relay.counted() == EXPOSED
