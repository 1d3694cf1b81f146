"""Whatever is wrong with what was published, the visitor sees the original page and no error."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.snippet.linking import Json, experiment, linked, linked_anyway, plan
from tests.snippet.visits import settled, tried
from tests.snippet.website import PATIENCE_S, Reply, Website, page

OPS = [["text", "h1", "Buy now"]]

BROKEN: dict[str, Json] = {
    "nothing": {},
    "null": None,
    "a number": 7,
    "a list": [],
    "no experiments": {key: value for key, value in plan().items() if key != "experiments"},
    "no domains": {key: value for key, value in plan().items() if key != "domains"},
    "experiments that are none": plan(experiments=[None, 7]),
    "an experiment without arms": plan(experiments=[{"run": "hero"}]),
    "arms that are none": plan(experiments=[experiment("hero", arms=[7])]),
    "an arm without ops": plan(experiments=[experiment("hero", arms=[["bold", 10_000, ""]])]),
    "ops that are none": plan(experiments=[experiment("hero", arms=[["bold", 10_000, "", [], [None]]])]),
    "a selector that is none": plan(experiments=[experiment("hero", ops=[["text", "h1[", "x"]])]),
    "a selector that is hostile": plan(experiments=[experiment("hero", ops=[["text", "</script>", "x"]])]),
    "an op of the future": plan(experiments=[experiment("hero", ops=[["teleport", "h1", "x"]])]),
    "css that is none": plan(experiments=[experiment("hero", css="}}{{h1")]),
    "a page test that is no expression": plan(experiments=[{**experiment("hero", OPS), "in": [["~", "("]]}]),
    "weights that are none": plan(experiments=[experiment("hero", arms=[["bold", "much", "", [], OPS]])]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plan_leaves_the_page_as_it_was(name: str, website: Website, visitor: BrowserContext) -> None:
    website.script = linked_anyway(BROKEN[name])
    tab = visitor.new_page()
    tab.goto(website.address)
    tab.click("#signup")
    tab.evaluate("window.leadbright?.('event', 'purchase')")
    tried(tab)
    tab.wait_for_function("getComputedStyle(document.querySelector('h1')).visibility === 'visible'", timeout=6_000)
    assert tab.inner_text("body") == "Original\n\nSale\n\nSign up"


def test_a_script_that_is_cut_off_leaves_the_page(website: Website, browser: Browser) -> None:
    whole = linked(plan(relay=website.relay_address))
    # Not one of the visitors who see no error: the browser itself reports that it cannot parse the script.
    tab = browser.new_page()
    for share in (0, 0.3, 0.7, 0.99):
        website.script = whole[: int(len(whole) * share)]
        tab.goto(website.address)
        assert tab.inner_text("h1") == "Original"
    tab.close()


def test_no_script_at_all_leaves_the_page(website: Website, visitor: BrowserContext) -> None:
    website.script = None
    tab = visitor.new_page()
    tab.goto(website.address)
    assert tab.inner_text("h1") == "Original"


def test_a_script_that_is_loaded_twice_runs_once(website: Website, visitor: BrowserContext) -> None:
    website.script = linked(plan(relay=website.relay_address))
    website.pages["/"] = page(head='<script src="/lb.js"></script><script src="/lb.js?again"></script>')
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    assert website.relay.counted().count(["view"]) == 1


def test_a_relay_that_is_not_there_costs_the_page_nothing(website: Website, visitor: BrowserContext) -> None:
    website.script = linked(plan(relay="http://127.0.0.1:9"))
    website.pages["/"] = Reply(page().pieces)
    tab = visitor.new_page()
    tab.goto(website.address, timeout=PATIENCE_S * 1000)
    assert tab.inner_text("h1") == "Buy now"
