"""500 broken plans and pages: no error, nothing hidden, and no text that neither the page nor an op has written.

The big run: `LEADBRIGHT_BROKEN=5000 LEADBRIGHT_SEED=7 pytest tests/snippet/test_snippet_fuzz.py`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage

from tests.snippet.breaking import Broken, broken, texts_of
from tests.snippet.linking import linked_anyway
from tests.snippet.website import Reply, Website

COUNT = int(os.environ.get("LEADBRIGHT_BROKEN", "500"))
SEED = int(os.environ.get("LEADBRIGHT_SEED", "1"))
AT_ONCE = 25
PATIENCE_MS = 30_000

# What the browser says of requests that fail is not ours to keep quiet.
OF_THE_NETWORK = re.compile(r"Failed to load resource|blocked by CORS|net::ERR|Fetch API cannot load")

ARE_SHOWN = """() => [...document.querySelectorAll("iframe")].every(({contentDocument: page}) =>
    page.readyState === "complete" &&
    [...(page.body ?? page).querySelectorAll("*")].every(
        element => getComputedStyle(element).visibility !== "hidden"))"""

TEXTS = """() => [...document.querySelectorAll("iframe")].map(({contentDocument: page}) => {
    const walk = document.createTreeWalker(page.body ?? page, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walk.nextNode()) {
        const text = walk.currentNode.data.trim();
        if (text && !walk.currentNode.parentNode.closest?.("script,style")) texts.push(text);
    }
    return texts;
})"""


def installed(case: Broken, script: str) -> Reply:
    code = f"<script>{script}</script>" if script else ""
    return Reply([f"<!doctype html><html><head><script>{case.scene}</script>{code}</head>{case.body}</html>"])


def texts(website: Website, visitor: BrowserContext, cases: list[Broken], code: Callable[[Broken], str]) -> list[str]:
    """The texts of each case's page, in a frame each, once nothing is hidden."""
    for number, case in enumerate(cases):
        website.pages[f"/{number}"] = installed(case, code(case))
    frames = "".join(f'<iframe src="/{number}" width="300"></iframe>' for number in range(len(cases)))
    website.pages["/"] = Reply([f"<!doctype html><body>{frames}"])
    tab = visitor.new_page()
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not OF_THE_NETWORK.search(message.text):
            said.append(message.text)

    tab.on("console", hear)
    tab.goto(website.address)
    tab.wait_for_function(ARE_SHOWN, timeout=PATIENCE_MS)
    found: list[str] = tab.evaluate(TEXTS)
    tab.close()
    assert said == []
    return found


@pytest.mark.parametrize("first", range(0, COUNT, AT_ONCE))
def test_what_is_broken_hurts_no_page(first: int, website: Website, new_visitor: Callable[..., BrowserContext]) -> None:
    cases = list(broken(COUNT, SEED, website.relay_address))[first : first + AT_ONCE]
    plain = texts(website, new_visitor(), cases, lambda case: "")
    changed = texts(website, new_visitor(), cases, lambda case: linked_anyway(case.plan))
    for case, before, after in zip(cases, plain, changed, strict=True):
        written = " ".join((*before, *texts_of(case.plan)))
        assert [text for text in after if text not in written] == [], case.name
        if not isinstance(case.plan, dict):
            assert after == before, case.name
