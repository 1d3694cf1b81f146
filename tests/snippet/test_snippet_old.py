"""Browsers that lack something, and pages that forbid everything: the variation or the original, never an error."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from tests.snippet.linking import experiment, linked, plan
from tests.snippet.visits import settled
from tests.snippet.website import SCRIPT, Website, page

MISSING = [
    *("navigator.locks", "window.fetch", "window.URL", "window.URLSearchParams", "window.MutationObserver"),
    *("window.Temporal", "window.Intl", "window.crypto", "window.performance", "window.btoa", "window.WeakMap"),
    *("window.WeakSet", "window.Map", "window.Set", "window.Promise", "window.Reflect", "window.Proxy"),
    *("window.CSSStyleSheet", "document.adoptedStyleSheets", "window.trustedTypes", "window.navigation"),
    *(
        "Array.prototype.flatMap",
        "Array.prototype.flat",
        "Array.prototype.includes",
        "Array.from",
        "Array.prototype.at",
    ),
    *("Object.entries", "Object.values", "Object.assign", "Object.fromEntries", "Promise.prototype.finally"),
    *("Element.prototype.matches", "Element.prototype.closest", "Element.prototype.remove", "Element.prototype.append"),
    *("Element.prototype.before", "Element.prototype.getAttribute", "Event.prototype.composedPath"),
    *("NodeList.prototype.forEach", "String.prototype.startsWith", "String.prototype.endsWith", "Math.imul"),
    *("document.prerendering", "document.referrer", "document.visibilityState", "document.hidden"),
    *("navigator.webdriver", "navigator.languages", "navigator.userAgent", "crypto.getRandomValues"),
    *("window.PageTransitionEvent", "window.AbortController", "window.queueMicrotask", "history.pushState"),
    *(
        "window.TextEncoder",
        "CSSStyleSheet.prototype.replaceSync",
        "navigator.sendBeacon",
        "Date.prototype.toLocaleDateString",
    ),
]
"""What an old browser, or one that another script has been at, may lack."""

LACK = """() => {
    const path = %r.split(".");
    const last = path.pop();
    let holder = path.reduce((value, name) => value[name], window);
    for (; holder; holder = Object.getPrototypeOf(holder)) {
        try { delete holder[last] } catch {}
        if (Object.getOwnPropertyDescriptor(holder, last))
            try { Object.defineProperty(holder, last, {value: undefined, configurable: true}) } catch {}
    }
}"""

PLAN = plan(
    experiments=[experiment("hero", ops=[["text", "h1", "Buy now"], ["add", ".promo", "big"]], css="h1{color:#c00}")]
)


FRAMES = """() => [...document.querySelectorAll("iframe")].map(({contentDocument: page}) => {
    const h1 = page.querySelector("h1");
    const isThere = page.readyState === "complete" && getComputedStyle(h1).visibility === "visible";
    return isThere ? [h1.textContent, page.querySelector("#signup").textContent] : null;
})"""
CLICK = """() => document.querySelectorAll("iframe").forEach(({contentDocument: page}) => {
    page.querySelector("#signup").click();
    page.defaultView.leadbright?.("event", "purchase", {amount: 1});
})"""
AT_ONCE = 12


@pytest.mark.parametrize(
    "missing", [MISSING[i : i + AT_ONCE] for i in range(0, len(MISSING), AT_ONCE)], ids=lambda m: m[0]
)
def test_a_browser_that_lacks_something_shows_the_variation_or_the_original(
    missing: list[str], website: Website, visitor: BrowserContext
) -> None:
    website.script = linked({**PLAN, "relay": website.relay_address})
    for number, what in enumerate(missing):
        website.pages[f"/{number}"] = page(head=f"<script>({LACK % what})()</script>" + SCRIPT)
    # Looked at from around it: what looks needs what it lacks.
    website.pages["/"] = page("".join(f'<iframe src="/{number}"></iframe>' for number in range(len(missing))), head="")
    tab = visitor.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    tab.goto(website.address)
    tab.wait_for_function(f"() => ({FRAMES})().every(Boolean)", timeout=15_000)
    tab.evaluate(CLICK)
    shown = dict(zip(missing, tab.evaluate(FRAMES), strict=True))
    assert all(texts in (["Buy now", "Sign up"], ["Original", "Sign up"]) for texts in shown.values()), shown
    assert said == []


INHERITED = """() => {
    const seen = {};
    for (const name of Object.getOwnPropertyNames(window)) {
        const value = Object.getOwnPropertyDescriptor(window, name).value;
        seen[name] = typeof value;
        for (const of of [value, value?.prototype]) {
            if (Object(of) !== of || !/^[A-Z]/.test(name)) continue;
            for (const key of Reflect.ownKeys(of)) {
                const {value, get, set} = Object.getOwnPropertyDescriptor(of, key);
                const known = [value, get, set].map(each => typeof each === "function" ? `${each}` : typeof each);
                seen[`${name}.${of === value ? "" : "prototype."}${String(key)}`] = known.join();
            }
        }
    }
    for (const [name, of] of Object.entries({document, history, navigator, location}))
        for (const key of Reflect.ownKeys(of)) seen[`${name}.${String(key)}`] = "its own";
    return seen;
}"""


def test_one_global_is_made_and_no_prototype_is_touched(website: Website, visitor: BrowserContext) -> None:
    website.script = linked({**PLAN, "relay": website.relay_address})
    website.pages["/plain"] = page(head="")
    tab = visitor.new_page()
    tab.goto(f"{website.address}/plain")
    before = tab.evaluate(INHERITED)
    tab.goto(website.address)
    settled(tab)
    tab.click("#signup")
    settled(tab)
    after = tab.evaluate(INHERITED)
    assert {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)} == {"leadbright"}


POLICIES = {
    "what the install page says": "",
    "and nothing else at all": "default-src 'none'; base-uri 'none'; object-src 'none'; ",
}
