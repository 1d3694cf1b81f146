"""What tests ask of a visitor's browser: the record in the cookie, and that the snippet has come to rest.

May not know which site it is, save its key.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import BrowserContext, Page

from tests.snippet.website import Website

COOKIE = "lb_shop"
SIGNS = '",[]~!*_'

# A machine may be so slow that what is hidden for three seconds is visible before it is asked for.
AT_FIRST = """addEventListener("DOMContentLoaded", () => {
  const h1 = document.querySelector("h1");
  window.atFirst = h1 && getComputedStyle(h1).visibility;
});"""


def record(context: BrowserContext) -> dict[str, Any] | None:
    """What the browser keeps, or None."""
    values = [cookie["value"] for cookie in context.cookies() if cookie["name"] == COOKIE]
    assert len(values) <= 1
    if not values:
        return None
    swapped = "".join(SIGNS[(SIGNS.index(c) + 4) % 8] if c in SIGNS else c for c in unquote(values[0]))
    format_, ledger, outbox, behind = json.loads(swapped)
    names = ("seed", "created", "last", "session", "goals", "exposures")
    return {"format": format_, **dict(zip(names, ledger, strict=True)), "outbox": outbox, "behind": behind}


def settled(page: Page) -> None:
    """Wait until all beacons of the page are answered for good, or there is no record."""
    assert page.evaluate(
        r"""async () => {
            const rest = () => !document.cookie.includes("lb_shop=") || /!\*_!-?\d+_(;|$)/.test(document.cookie);
            for (let i = 0; i < 500; i++) {
                if (await navigator.locks.request("lb_shop", rest)) return true;
                await new Promise(done => setTimeout(done, 20));
            }
            return false;
        }"""
    )


def brought_back(website: Website, new_visitor: Callable[..., BrowserContext]) -> Page:
    """The first page of a visitor who left it for another and went back; the relay has heard of nobody else.

    It was kept whole meanwhile. That is the browser's to decide: a busy one may not, and another visitor goes.
    """
    for _ in range(5):
        tab = new_visitor().new_page()
        tab.goto(website.address)
        settled(tab)
        tab.evaluate("window.same = true")
        tab.goto(f"{website.address}/list")
        settled(tab)
        tab.go_back(wait_until="commit")
        if tab.evaluate("window.same"):
            return tab
        tab.wait_for_load_state()
        settled(tab)
        website.relay.received.clear()
    raise AssertionError("no page was kept whole")


def drawn(page: Page) -> None:
    """Wait until what a page has changed is drawn: before that, the snippet puts its own changes back."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def tried(page: Page) -> None:
    """Wait until what the page has to write is written; sending may go on."""
    page.evaluate("() => navigator.locks.request('lb_shop', () => null)")
