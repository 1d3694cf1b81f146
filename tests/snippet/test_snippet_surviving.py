"""Pages that throw away what they were: another body, a document written anew, pages kept aside and come back to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.snippet.linking import experiment, linked, plan
from tests.snippet.visits import brought_back, drawn, settled
from tests.snippet.website import BODY, Website, page

OPS = [["text", "h1", "Buy now"], ["html", ".promo", "<b>New</b>"], ["add", "#signup", "pulse"]]
CSS = "h1{color:rgb(1, 2, 3)}"
FIRST_PAGE = [["visit", 0, 3], ["session"], ["view"], ["exp", "hero", "bold"]]

ANEW = {
    "another body": "document.body = new DOMParser().parseFromString(page, 'text/html').body",
    "a body of its own nodes": "document.body = document.body.cloneNode(true); document.body.innerHTML = page",
    "an element for all": "document.documentElement.innerHTML = page",
    "written after it has loaded": "document.write(page); document.close()",
    "opened, and written in two pieces": (
        "document.open(); document.write(page.slice(0, 20)); setTimeout(() => { document.write(page.slice(20));"
        " document.close() }, 50)"
    ),
}


def shop(website: Website, **changes: object) -> None:
    """A page whose every visitor sees the same variation."""
    website.script = linked(plan(relay=website.relay_address, experiments=[experiment("hero", OPS, CSS)], **changes))


def shows_the_variation(tab: Page) -> None:
    """Once whatever the page does is done."""
    tab.wait_for_function("document.querySelector('#signup')?.className === 'pulse'")
    assert tab.inner_text("h1") == "Buy now"
    assert tab.inner_html(".promo") == "<b>New</b>"
    assert tab.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
    assert tab.evaluate("getComputedStyle(document.querySelector('h1')).visibility") == "visible"


@pytest.mark.parametrize("how", ANEW)
@pytest.mark.parametrize("single_page", [0, 1])
def test_a_page_that_is_made_anew_shows_the_variation(
    how: str, single_page: int, website: Website, visitor: BrowserContext
) -> None:
    shop(website, spa=single_page)
    tab = visitor.new_page()
    tab.goto(website.address)
    shows_the_variation(tab)
    settled(tab)
    tab.evaluate("([how, page]) => new Function('page', how)(page)", [ANEW[how], BODY])
    tab.wait_for_function("!!document.querySelector('#signup')")
    shows_the_variation(tab)
    tab.evaluate("leadbright('event', 'later')")
    website.relay.wait_for_beacons(2)
    settled(tab)
    assert website.relay.counted()[:5] == [*FIRST_PAGE, ["event", "later"]]


def test_a_page_that_comes_back_still_shows_the_variation_and_keeps_it(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    shop(website)
    website.pages["/list"] = page("<body><h1>List</h1></body>", head="")
    tab = brought_back(website, new_visitor)
    shows_the_variation(tab)
    tab.evaluate("document.querySelector('h1').textContent = 'Original'")
    drawn(tab)
    shows_the_variation(tab)
    tab.click("#signup")
    website.relay.wait_for(lambda _: any(entry[:2] == ["goal", "signup"] for entry in website.relay.counted()))
    assert website.relay.counted()[:6] == [
        *FIRST_PAGE,
        ["view", 1],
        ["goal", "signup", 0, 0, [["hero", "bold", 0, 0]]],
    ]
