"""Who is not to be counted is not touched: every access to any storage and every request of a page, logged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.snippet.linking import linked, plan
from tests.snippet.test_snippet_privacy import SIGNALS
from tests.snippet.visits import COOKIE, record, settled
from tests.snippet.website import SCRIPT, Website, page

pytestmark = pytest.mark.chromium_only(
    "every request of a page is asked of the browser, which BiDi's client does not log"
)

LOGGING = """(() => {
    if (location.protocol === "about:") return;
    const log = window.accesses = [];
    const watch = (holder, name, note) => {
        const {get, set, value, ...rest} = Object.getOwnPropertyDescriptor(holder, name) ?? {};
        if (value) Object.defineProperty(holder, name, {
            ...rest,
            value(...given) { log.push(note); return value.apply(this, given); },
        });
        else if (get) Object.defineProperty(holder, name, {
            ...rest,
            get() { log.push(`read ${note}`); return get.call(this); },
            set(text) { log.push(`write ${note}`); return set?.call(this, text); },
        });
    };
    watch(Document.prototype, "cookie", "cookie");
    for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches", "cookieStore"])
        watch(window, name, name);
    for (const name of ["getItem", "setItem", "removeItem", "clear", "key"]) watch(Storage.prototype, name, name);
    watch(LockManager.prototype, "request", "lock");
    watch(LockManager.prototype, "query", "lock");
    watch(window, "fetch", "fetch");
    watch(Navigator.prototype, "sendBeacon", "beacon");
    watch(XMLHttpRequest.prototype, "send", "request");
    watch(window, "name", "name");
    watch(History.prototype, "state", "state");
})()"""

AGENTS = {
    "a search engine": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "a search engine's browser": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
    "+http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
    "a crawler": "Some Crawler/1.0",
}
TELEPHONE = (
    "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile"
)
STUB = "window.leadbright=function(){(leadbright.q=leadbright.q||[]).push(arguments)};"
CALLS = """leadbright('event', 'purchase', {amount: 1}); leadbright('goal', 'signup');
    leadbright('variation', 'hero', () => 0); leadbright('ready', () => 0)"""


@dataclass(slots=True)
class Watched:
    """A tab whose accesses and requests are logged."""

    tab: Page
    requests: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Open a page, do this and that on it, and wait until the browser has nothing more to do."""
        self.requests.clear()
        self.tab.goto(address)
        self.tab.click("#signup")
        self.tab.evaluate(CALLS)
        self.tab.wait_for_load_state("networkidle")
        self.tab.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    def accesses(self) -> set[str]:
        """What the page touched since it began."""
        return set(self.tab.evaluate("accesses"))


@pytest.fixture
def watched(new_visitor: Callable[..., BrowserContext]) -> Callable[..., Watched]:
    def make(script: str = "", **options: Any) -> Watched:  # noqa: ANN401 - what Playwright takes
        one = Watched(new_visitor(LOGGING + ";" + script, **options).new_page())
        one.tab.on("request", lambda request: one.requests.append(request.url))
        return one

    return make


def only_the_page(website: Website, one: Watched, path: str = "/") -> bool:
    """Whether nothing was asked for but the page and the script."""
    return {*one.requests} <= {website.address + path, f"{website.address}/lb.js", f"{website.address}/favicon.ico"}


OFF: dict[str, dict[str, str]] = {
    **{name: {"script": script} for name, script in SIGNALS.items()},
    **{name: {"user_agent": agent} for name, agent in AGENTS.items()},
}


@pytest.mark.parametrize("consent", [0, 1])
@pytest.mark.parametrize("name", OFF)
def test_who_is_not_to_be_counted_is_not_touched(
    name: str, consent: int, website: Website, watched: Callable[..., Watched]
) -> None:
    website.script = linked(plan(relay=website.relay_address, consent=consent))
    one = watched(**OFF[name])
    one.open(f"{website.address}/")
    one.tab.evaluate("leadbright('consent', true)")
    one.tab.evaluate("leadbright('consent', false)")
    one.tab.evaluate("leadbright('event', 'purchase')")
    assert (one.accesses(), one.tab.inner_text("h1")) == (set(), "Original")
    assert only_the_page(website, one)
    one.tab.goto(f"{website.address}/list")
    assert website.relay.received == []
    assert one.tab.context.cookies() == []


def test_who_was_not_asked_yet_is_looked_at_and_no_more(website: Website, watched: Callable[..., Watched]) -> None:
    website.script = linked(plan(relay=website.relay_address, consent=1))
    one = watched()
    one.open(f"{website.address}/")
    assert (one.accesses(), one.tab.inner_text("h1")) == ({"read cookie"}, "Original")
    assert only_the_page(website, one)


@pytest.mark.parametrize("consent", [0, 1])
def test_an_answer_before_the_script_is_no_page_seen_first(
    consent: int, website: Website, watched: Callable[..., Watched]
) -> None:
    website.script = linked(plan(relay=website.relay_address, consent=consent))
    website.pages["/"] = page(
        head=f"<script>{STUB}leadbright('event','early');leadbright('consent',false)</script>{SCRIPT}"
    )
    one = watched()
    for _ in range(2):
        one.open(f"{website.address}/")
        assert one.tab.inner_text("h1") == "Original"
        assert only_the_page(website, one)
    assert one.accesses() == {"read cookie"}
    assert [cookie["value"] for cookie in one.tab.context.cookies()] == ([] if consent else ["0"])


def test_who_opts_out_is_forgotten_and_stays_out(website: Website, watched: Callable[..., Watched]) -> None:
    website.script = linked(plan(relay=website.relay_address))
    one = watched()
    one.open(f"{website.address}/")
    settled(one.tab)
    one.tab.evaluate("leadbright('consent', false)")
    [cookie] = one.tab.context.cookies()
    assert (cookie["name"], cookie["value"]) == (COOKIE, "0")
    told = len(website.relay.received)
    for path in ("/list", "/thanks"):
        one.open(website.address + path)
        assert (one.accesses(), one.tab.inner_text("h1")) == ({"read cookie"}, "Original")
        assert only_the_page(website, one, path)
    assert len(website.relay.received) == told


def test_who_opts_in_again_is_somebody_new(website: Website, visitor: BrowserContext) -> None:
    website.script = linked(plan(relay=website.relay_address))
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    before = record(visitor)
    tab.evaluate("leadbright('consent', false)")
    tab.goto(f"{website.address}/list")
    tab.evaluate("leadbright('consent', true)")
    assert tab.inner_text("h1") == "Buy now"
    settled(tab)
    after = record(visitor)
    assert before is not None
    assert after is not None
    assert after["seed"] != before["seed"]
    assert [entry for entry in website.relay.counted() if entry[0] == "visit"] == [["visit", 0, 3]] * 2


def test_other_tabs_stop_too(website: Website, visitor: BrowserContext) -> None:
    website.script = linked(plan(relay=website.relay_address))
    tabs = [visitor.new_page() for _ in range(3)]
    for tab in tabs:
        tab.goto(website.address)
        settled(tab)
    told = len(website.relay.received)
    tabs[0].evaluate("leadbright('consent', false)")
    for tab in tabs[1:]:
        tab.evaluate("leadbright('event', 'scrolled')")
        tab.evaluate("() => navigator.locks.request('lb_shop', () => null)")
    assert [cookie["value"] for cookie in visitor.cookies()] == ["0"]
    assert len(website.relay.received) == told


def test_a_no_leaves_nothing_of_an_earlier_yes(website: Website, visitor: BrowserContext) -> None:
    """Nor of the claims of pages that were opened at the same instant."""
    website.script = linked(plan(relay=website.relay_address, consent=1))
    tab = visitor.new_page()
    tab.goto(website.address)
    tab.evaluate("leadbright('consent', true)")
    settled(tab)
    tab.evaluate("document.cookie = 'lb_shop.0badcafe=;Path=/'; document.cookie = 'lb_shop.00c0ffee=;Path=/'")
    website.pages["/list"] = page(head=f"<script>{STUB}leadbright('consent',false)</script>{SCRIPT}")
    tab.goto(f"{website.address}/list")
    assert tab.inner_text("h1") == "Original"
    assert visitor.cookies() == []


def test_a_telephone_called_bot_is_a_visitor(website: Website, new_visitor: Callable[..., BrowserContext]) -> None:
    website.script = linked(plan(relay=website.relay_address))
    tab = new_visitor(user_agent=TELEPHONE).new_page()
    tab.goto(website.address)
    assert tab.inner_text("h1") == "Buy now"
