"""A page under the strictest policy, with just the lines that the web prints, runs everything that there is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from config_compiler.link import USED_WHEN, link
from config_compiler.lower import Lowered
from domain.names import SiteKey
from leadbright.plan_file import read_plan
from leadbright.runtime import load_runtime
from tests.snippet.linking import NO_RULES, Json, experiment, linked, plan
from tests.snippet.visits import settled
from tests.snippet.website import Reply, Website, page
from web.installing import TRUSTED_TYPES, Installing, installing

PATH = "/production/shop/lb.js"
STRICT = ("default-src 'none'", "img-src 'self'", "require-trusted-types-for 'script'")
DOCS = Path(__file__).parents[2] / "docs" / "start.md"

OPS = [
    ["text", "h1", "Buy now"],
    ["html", ".promo", "<b>New</b>"],
    ["attribute", "#signup", "title", "Free"],
    ["add", "#signup", "pulse"],
    ["insert", "h1", "after", "<p id=more>More</p>"],
    ["move", "#signup", "before", "h1"],
    ["remove", ".gone"],
    ["script", 0],
]
WHO = ["any", ["is", "channel", "direct"], ["set", "data.a"], ["num", "width", 1, None], ["set", "cookie.a"]]
ELSEWHERE = [["control", 0, "", [], []], ["other", 10_000, "", [], [], "/other"]]

EVERYTHING: Json = {
    "spa": 1,
    "engagement": 1,
    "holdout": 1,
    "domains": ["shop.example"],
    "goals": [
        ["signup", "click", "#signup"],
        ["lead", "submit", "form"],
        ["thanks", "visit", ["=", "/thanks", {"a": "b"}]],
        ["purchase", "event", "purchase", "amount", 2],
    ],
    "experiments": [
        {
            **experiment("hero", ops=OPS, css="h1{color:rgb(1, 2, 3)}"),
            "in": [["^", "/"]],
            "out": [["=", "/no"]],
            "traffic": 9_999,
            "who": WHO,
            "from": 1,
        },
        {**experiment("away"), "in": [["=", "/leave"]], "arms": ELSEWHERE},
    ],
}
BODY = (
    "<body><h1>Original</h1><p class=promo>Sale</p><p class=gone>Gone</p><form></form>"
    '<a id="signup" href="#top">Sign up</a></body></html>'
)
VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => violations.push(event.effectiveDirective));
"""


def printed(website: Website) -> Installing:
    """What the web prints for the website."""
    return installing(SiteKey("shop"), website.address + PATH, website.relay_address)


def visit(website: Website, visitor: BrowserContext, directives: tuple[str, ...]) -> Page:
    """The page as a visitor sees it who is taken in, under these directives."""
    everything = plan(relay=website.relay_address, **EVERYTHING)
    script = linked(everything, ("document.title = 'New'",))
    website.pages[PATH] = Reply([script], headers={"Content-Type": "text/javascript"})
    for path in ("/", "/leave", "/other"):
        website.pages[path] = page(BODY, head=printed(website).line, Content_Security_Policy="; ".join(directives))
    tab = visitor.new_page()
    tab.goto(website.address)
    return tab


def test_the_plan_uses_everything() -> None:
    lowered = Lowered(read_plan(json.dumps(plan(**EVERYTHING)).encode()), NO_RULES, ("",))
    assert link(lowered, load_runtime()).uses == USED_WHEN.keys() - {"consent"}


def test_the_lines_that_are_printed_are_all_that_a_strict_page_needs(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    tab = visit(website, new_visitor(VIOLATIONS), (*STRICT, *printed(website).directives, TRUSTED_TYPES))
    tab.wait_for_function("document.title === 'New'")
    assert tab.inner_html("body").startswith(
        '<a id="signup" href="#top" title="Free" class="pulse">Sign up</a><h1>Buy now</h1><p id="more">More</p>'
        '<p class="promo"><b>New</b></p><form></form>'
    )
    assert tab.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
    tab.evaluate("leadbright('event', 'purchase', {amount: 1})")
    tab.click("#signup")
    tab.evaluate("history.pushState(null, '', '/thanks?a=b')")
    website.relay.wait_for(lambda _: {"signup", "purchase", "thanks"} <= reached(website))
    settled(tab)
    assert tab.evaluate("violations") == []
    tab.goto(f"{website.address}/leave")
    tab.wait_for_url("**/other")
    assert tab.evaluate("violations") == []


def reached(website: Website) -> set[str]:
    return {entry[1] for entry in website.relay.counted() if entry[0] == "goal"}


@pytest.mark.parametrize("missing", ["script-src", "connect-src", "trusted-types"])
def test_each_line_is_needed(missing: str, website: Website, new_visitor: Callable[..., BrowserContext]) -> None:
    needed = (*printed(website).directives, "trusted-types other" if missing == "trusted-types" else TRUSTED_TYPES)
    kept = tuple(line for line in needed if not line.startswith(missing) or missing == "trusted-types")
    tab = visit(website, new_visitor(VIOLATIONS), (*STRICT, *kept))
    assert tab.inner_text("h1") == ("Original" if missing == "script-src" else "Buy now")
    tab.wait_for_function("violations.length > 0")
    # Browsers name the directive more closely.
    assert {directive.removesuffix("-elem") for directive in tab.evaluate("violations")} == {missing}


def test_the_docs_say_the_same() -> None:
    lines = installing(SiteKey("shop"), f"https://cdn.example{PATH}", "https://relay.example").directives
    assert "```\n" + ";\n".join(lines) + "\n```\n" in DOCS.read_text("utf-8")
    assert f"`{TRUSTED_TYPES}`" in DOCS.read_text("utf-8")
