"""The original is never painted, a change holds, and what cannot be changed is shown as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.snippet.linking import Json, experiment, linked, plan
from tests.snippet.visits import AT_FIRST, drawn, settled
from tests.snippet.website import BODY, HEAD, SCRIPT, Reply, Website, page

CHANGES = [
    ["text", "h1", "Buy now"],
    ["html", ".features", "<li>Free <b>returns</b></li>"],
    ["attribute", "img", "alt", "Boots"],
    ["attribute", "img", "title", None],
    ["add", "#cta", "pulse"],
    ["drop", "#cta", "plain"],
    ["remove", ".promo"],
    ["text", ".price", "from 9 €"],
]
CSS = "#cta{background-color:rgb(238, 51, 51)!important}"

# What is there when a frame is about to be painted, the page's own scripts and observers having run.
PROBE = """
window.frames_seen = 0; window.originals = [];
(function look() {
  window.frames_seen++;
  for (const [selector, original] of [["h1", "Ori"], [".features", "Slow"], [".promo", "Sale"], [".price", "1"]])
    for (const element of document.querySelectorAll(selector))
      if (element.textContent.includes(original) && getComputedStyle(element).visibility === "visible")
        originals.push(selector);
  const cta = document.querySelector("#cta");
  if (cta && getComputedStyle(cta).backgroundColor !== "rgb(238, 51, 51)") originals.push("#cta");
  requestAnimationFrame(look);
})()
"""

STREAM = [
    HEAD.format(script=SCRIPT) + "<body>" + "<p>filler</p>" * 500,
    '<b class="price">10 €</b>' * 20,
    "<h1>Ori",
    "ginal headline</h1>" + "<p>filler</p>" * 400,
    '<a id="cta" class="plain">Go</a><img alt="Shoes" title="Shoes"><ul class="features"><li>Slow</li>',
    "<li>Slow</li>" * 5,
    '<li>Slow</li></ul><p class="promo">Sale</p>' + "<p>filler</p>" * 600,
    '<b class="price">10 €</b><b class="price">10' + " €</b>" + "<p>filler</p>" * 50,
    '<b class="price">1',
    "0 €</b></body></html>",
]


def text(tab: Page, selector: str) -> str:
    return tab.inner_text(selector)


def variation(website: Website, ops: Json, css: str = "", **changes: Json) -> str:
    experiments = [experiment("hero", ops=ops, css=css)]
    return linked(plan(relay=website.relay_address, experiments=experiments, **changes))


@pytest.mark.parametrize("pause_ms", [5, 20, 40, 80, 120])
def test_a_streamed_page_never_shows_the_original(
    pause_ms: int, website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    website.script = variation(website, CHANGES, CSS)
    website.pages["/"] = Reply(STREAM, pause_ms / 1000)
    visitor = new_visitor(PROBE)
    for _ in range(3):
        tab = visitor.new_page()
        tab.goto(website.address)
        assert text(tab, "h1") == "Buy now"
        assert tab.inner_html(".features") == "<li>Free <b>returns</b></li>"
        assert tab.get_attribute("img", "alt") == "Boots"
        assert tab.get_attribute("img", "title") is None
        assert tab.get_attribute("#cta", "class") == "pulse"
        assert tab.query_selector(".promo") is None
        assert set(tab.locator(".price").all_inner_texts()) == {"from 9 €"}
        tab.wait_for_function("frames_seen >= 2")  # a quick page has loaded before its first frame is due
        assert tab.evaluate("originals") == []
        assert tab.evaluate("getComputedStyle(document.querySelector('h1')).visibility") == "visible"
        tab.close()


def test_the_probe_sees_an_original_where_there_is_one(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    website.script = ""
    website.pages["/"] = Reply(STREAM, 0.05)
    tab = new_visitor(PROBE).new_page()
    tab.goto(website.address)
    assert set(tab.evaluate("originals")) == {"h1", ".features", ".promo", ".price", "#cta"}


VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => violations.push(event.effectiveDirective));
"""

POLICIES = {
    "no inline": "default-src 'none'; img-src 'self'; script-src 'self'; style-src 'self'; connect-src *",
    "trusted types": "require-trusted-types-for 'script'; trusted-types leadbright; script-src 'self'",
    "trusted types of any name": "require-trusted-types-for 'script'; script-src 'self'",
}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_strict_policy_changes_nothing(
    policy: str, website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    website.script = variation(website, [*CHANGES[:1], ["html", ".promo", "<b>New</b>"]], "h1{color:rgb(1, 2, 3)}")
    website.pages["/"] = page(Content_Security_Policy=POLICIES[policy])
    tab = new_visitor(VIOLATIONS).new_page()
    tab.goto(website.address)
    assert text(tab, "h1") == "Buy now"
    assert tab.inner_html(".promo") == "<b>New</b>"
    assert tab.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
    settled(tab)
    assert len(website.relay.received) == 1
    assert tab.evaluate("violations") == []


def test_html_that_the_page_forbids_leaves_the_original(website: Website, visitor: BrowserContext) -> None:
    website.script = variation(website, [["text", "h1", "Buy now"], ["html", ".promo", "<b>New</b>"]])
    website.pages["/"] = page(
        Content_Security_Policy="require-trusted-types-for 'script'; trusted-types other; script-src 'self'"
    )
    tab = visitor.new_page()
    tab.goto(website.address)
    assert text(tab, ".promo") == "Sale"
    assert text(tab, "h1") == "Buy now"
    website.relay.wait_for(lambda received: any(["error", "hero", "bold", 1] in r.beacon["e"] for r in received))


@pytest.mark.patience
def test_an_element_that_never_comes_is_reported_and_nothing_stays_hidden(
    website: Website, visitor: BrowserContext
) -> None:
    website.script = variation(website, [["text", "h1", "Buy now"], ["text", "#gone", "x"], ["add", "((", "x"]])
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    went = ["ok", "miss", "error"]
    assert website.relay.wait_for_outcomes(3) == [[how, "hero", "bold", op] for op, how in enumerate(went)]
    tab.evaluate("document.body.append(Object.assign(document.createElement('p'), {id: 'gone', textContent: 'late'}))")
    drawn(tab)
    assert text(tab, "#gone") == "x"
    assert tab.evaluate("getComputedStyle(document.querySelector('#gone')).visibility") == "visible"


def test_guards_without_ops_end_at_the_deadline(website: Website, visitor: BrowserContext) -> None:
    arms = [["bold", 10_000, "", ["#gone", "h1"], [["text", "#gone", "x"]]]]
    website.script = linked(plan(relay=website.relay_address, experiments=[experiment("hero", arms=arms)]))
    visitor.add_init_script(AT_FIRST)
    tab = visitor.new_page()
    tab.goto(website.address)
    visibility = "getComputedStyle(document.querySelector('h1')).visibility"
    assert tab.evaluate("atFirst") == "hidden"
    tab.wait_for_function(f"{visibility} === 'visible'", timeout=6_000)
    assert text(tab, "h1") == "Original"


def test_what_a_framework_overwrites_is_put_back(website: Website, visitor: BrowserContext) -> None:
    website.script = variation(website, CHANGES)
    website.pages["/"] = Reply(STREAM)
    tab = visitor.new_page()
    tab.goto(website.address)
    tab.evaluate(
        """() => {
            document.querySelector("h1").textContent = "Original";
            document.querySelector("img").alt = "Shoes";
            document.querySelector("#cta").className = "plain";
            document.querySelector(".features").replaceWith(
                Object.assign(document.createElement("ul"), {className: "features", innerHTML: "<li>Slow</li>"}));
        }"""
    )
    tab.wait_for_function("document.querySelector('.features').textContent === 'Free returns'")
    assert text(tab, "h1") == "Buy now"
    assert tab.get_attribute("img", "alt") == "Boots"
    assert tab.get_attribute("#cta", "class") == "pulse"
    assert tab.inner_html(".features") == "<li>Free <b>returns</b></li>"


WARS = {
    "the same element": 'new MutationObserver(() => { if (h.textContent !== "Original") h.textContent = "Original"; })',
    "new elements": 'new MutationObserver(() => { if (h.textContent !== "Original") { const n = document.createElement'
    '("h1"); n.textContent = "Original"; h.replaceWith(n); h = n; } })',
}


@pytest.mark.parametrize("war", WARS)
def test_a_page_that_insists_wins_and_does_not_hang(war: str, website: Website, visitor: BrowserContext) -> None:
    website.script = variation(website, [["text", "h1", "Buy now"]])
    body = BODY.replace(
        "</body>",
        f"<script>let h = document.querySelector('h1'); {WARS[war]}"
        ".observe(document, {subtree: true, childList: true, characterData: true}); h.textContent = 'x';"
        "</script></body>",
    )
    website.pages["/"] = page(body)
    tab = visitor.new_page()
    tab.goto(website.address)
    assert text(tab, "h1") == "Original"
    settled(tab)


def test_a_script_without_constructable_sheets_still_styles(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    website.script = variation(website, [["text", "h1", "Buy now"]], "h1{color:rgb(1, 2, 3)}")
    tab = new_visitor("delete globalThis.CSSStyleSheet").new_page()
    tab.goto(website.address)
    assert tab.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
    assert text(tab, "h1") == "Buy now"
