"""Addresses that change without a new page: what was changed goes, what is new comes, each is counted once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.snippet.linking import Json, experiment, linked, plan
from tests.snippet.visits import record, settled
from tests.snippet.website import Reply, Website, page

HOW = {"by the Navigation API": "", "without it": "delete window.navigation;"}
HOME = [["=", "/"]]
LIST = [["=", "/list"]]
BODY = (
    '<body><h1 title="t">Original</h1><p class="promo">Sale <b>now</b></p>'
    '<ul id="list"><li class="one">one</li><li>two</li></ul>'
    '<p id="count">a<!-- -->b</p><a id="cta" class="plain">Go</a><p id="end">end</p></body></html>'
)
OPS = [
    ["text", "h1", "Buy now"],
    ["attribute", "h1", "title", None],
    ["attribute", "h1", "lang", "en"],
    ["text", "#count", "three"],
    ["html", ".promo", "<i>New</i>"],
    ["add", "#cta", "pulse"],
    ["drop", "#cta", "plain"],
    ["insert", "#list", "append", "<li>three</li>"],
    ["insert", "#list", "before", "<hr>"],
    ["move", "#end", "before", "h1"],
    ["remove", "li.one"],
]
CSS = "h1{color:rgb(1, 2, 3)}"
FIRST_PAGE = [["visit", 0, 3], ["session"], ["view"]]


def single_page(website: Website, *experiments: Json, body: str = BODY, **changes: Json) -> None:
    website.script = linked(plan(relay=website.relay_address, experiments=list(experiments), spa=1, **changes))
    website.pages["/"] = page(body)


def opened(website: Website, visitor: BrowserContext, path: str = "/") -> Page:
    tab = visitor.new_page()
    tab.goto(website.address + path)
    settled(tab)
    return tab


def body(tab: Page) -> str:
    return f"{tab.evaluate('document.body.outerHTML')}</html>"


def count(tab: Page, website: Website, kind: str) -> int:
    settled(tab)
    return sum(entry[0] == kind for entry in website.relay.counted())


def told(website: Website, kind: str, times: int) -> None:
    website.relay.wait_for(lambda _: sum(entry[0] == kind for entry in website.relay.counted()) >= times)


@pytest.mark.parametrize("how", HOW)
def test_what_another_page_showed_is_taken_back_and_comes_again(
    how: str, website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    single_page(website, {**experiment("hero", ops=OPS, css=CSS), "in": HOME})
    tab = opened(website, new_visitor(HOW[how]))
    changed = body(tab)
    assert changed.count("three") == 2
    assert "<i>New</i>" in changed
    assert 'class="one"' not in changed
    assert changed.index("end") < changed.index("Buy now")
    color = "getComputedStyle(document.querySelector('h1')).color"
    assert tab.evaluate(color) == "rgb(1, 2, 3)"
    for _ in range(2):
        tab.evaluate("history.pushState(null, '', '/list')")
        tab.wait_for_function("document.querySelector('h1').textContent === 'Original'")
        assert body(tab) == BODY
        assert tab.evaluate(color) == "rgb(0, 0, 0)"
        tab.evaluate("history.back()")
        tab.wait_for_function("document.querySelector('h1').textContent === 'Buy now'")
        assert body(tab) == changed
        assert tab.evaluate(color) == "rgb(1, 2, 3)"
    told(website, "view", 5)
    assert count(tab, website, "view") == 5


def test_what_the_page_changed_meanwhile_stays_as_the_page_has_it(website: Website, visitor: BrowserContext) -> None:
    single_page(website, {**experiment("hero", ops=OPS), "in": HOME})
    tab = opened(website, visitor)
    tab.evaluate(
        """() => {
            history.pushState(null, "", "/list");
            document.querySelector("h1").textContent = "Another page";
            document.querySelector("h1").lang = "fr";
            document.querySelector(".promo").innerHTML = "<u>theirs</u>";
            document.querySelector("#cta").className = "other";
            document.querySelector("#list").innerHTML = "<li>alone</li>";
            document.querySelector("h1").after(document.querySelector("#end"));
        }"""
    )
    assert body(tab) == (
        '<body><h1 lang="fr" title="t">Another page</h1><p id="end">end</p><p class="promo"><u>theirs</u></p>'
        '<ul id="list"><li>alone</li></ul><p id="count">a<!-- -->b</p><a id="cta" class="other plain">Go</a>'
        "</body></html>"
    )


def test_text_that_came_in_pieces_is_whole_again(website: Website, visitor: BrowserContext) -> None:
    single_page(website, {**experiment("hero", ops=OPS), "in": HOME})
    whole = website.pages["/"].pieces[0]
    website.pages["/"] = Reply([whole[i : i + 7] for i in range(0, len(whole), 7)], 0.01)
    tab = opened(website, visitor)
    tab.evaluate("history.pushState(null, '', '/list')")
    assert body(tab) == BODY


@pytest.mark.parametrize("how", HOW)
def test_experiments_of_the_new_page_are_entered_and_exposed_there(
    how: str, website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    single_page(
        website,
        {**experiment("hero", ops=[["text", "h1", "Buy now"]]), "in": HOME},
        {**experiment("late", ops=[["text", "h2", "Changed"]]), "in": LIST},
    )
    tab = opened(website, new_visitor(HOW[how]))
    assert website.relay.counted() == [*FIRST_PAGE, ["exp", "hero", "bold"]]
    for path in ("/list", "/", "/list"):
        tab.evaluate("path => history.pushState(null, '', path)", path)
        tab.evaluate("path => document.body.innerHTML = path == '/' ? '<h1>Original</h1>' : '<h2>Original</h2>'", path)
        seen = "Buy now" if path == "/" else "Changed"
        tab.wait_for_function("text => document.body.innerText.includes(text)", arg=seen)
    told(website, "view", 4)
    settled(tab)
    views = [["view", 1], ["exp", "late", "bold"], ["view"], ["view"]]
    assert sorted(website.relay.counted()[4:], key=str) == sorted(views, key=str)


GOES = {
    "history.pushState(null, '', '/list')": 1,
    "history.replaceState(null, '', '/list')": 1,
    "history.pushState(null, '', '/list'); history.replaceState(null, '', '/cart')": 1,
    "history.pushState(null, '', '?page=2')": 1,
    "location.hash = '#/cart'": 1,
    "location.hash = '#!/cart'": 1,
    "location.hash = '#top'": 0,
    "history.pushState({a: 1}, '', '/')": 0,
    "history.replaceState({a: 1}, '')": 0,
}


@pytest.mark.parametrize("go", [*GOES, "history.replaceState(null, '', '?search=x')"])
@pytest.mark.parametrize("how", HOW)
def test_a_navigation_is_one_view(
    how: str, go: str, website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    single_page(website)
    tab = opened(website, new_visitor(HOW[how]))
    tab.evaluate(f"() => {{ {go} }}")
    expected = GOES.get(go, how == "without it")
    if expected:
        told(website, "view", 2)
    tab.evaluate("history.pushState(null, '', '/last')")
    told(website, "view", 2 + expected)
    settled(tab)
    assert website.relay.counted() == [*FIRST_PAGE, ["view", 1], ["view"]][: 4 + expected]
    assert website.relay.received[-1].beacon["p"] == "/last"


def test_a_page_that_is_a_goal_is_reached_by_navigating(website: Website, visitor: BrowserContext) -> None:
    single_page(website, experiment("hero", ops=[["text", "h1", "Buy now"]]))
    tab = opened(website, visitor)
    for path in ("/thanks", "/", "/thanks"):
        tab.evaluate("path => history.pushState(null, '', path)", path)
        settled(tab)
    told(website, "goal", 2)
    goals = [entry for entry in website.relay.counted() if entry[0] == "goal"]
    assert goals == [["goal", "thanks", n, 0, [["hero", "bold", n, 0]]] for n in range(2)]
    assert count(tab, website, "exp") == 1


@pytest.mark.chromium_only("WebDriver BiDi cannot say from where a navigation comes")
def test_a_session_that_begins_on_the_way_was_referred_by_nobody(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    single_page(website)
    later = "window.later = 0; const now = Date.now; Date.now = () => now() + later; delete globalThis.Temporal;"
    tab = new_visitor(later).new_page()
    tab.goto(website.address, referer="https://news.example/")
    settled(tab)
    tab.evaluate("later = 31 * 60e3; history.pushState(null, '', '/list?utm_source=x')")
    told(website, "session", 2)
    assert [received.beacon["src"][:2] for received in website.relay.received] == [["news.example", ""], ["", "x"]]


def test_where_it_is_off_a_change_of_address_is_nothing(website: Website, visitor: BrowserContext) -> None:
    website.script = linked(plan(relay=website.relay_address))
    tab = opened(website, visitor)
    tab.evaluate("history.pushState(null, '', '/list')")
    tab.evaluate("leadbright('event', 'last')")
    told(website, "event", 1)
    assert count(tab, website, "view") == 1
    assert tab.inner_text("h1") == "Buy now"


@pytest.mark.parametrize("how", HOW)
def test_nothing_of_the_browsers_own_is_replaced(
    how: str, website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    listing = """() => [window, history, navigator, document, History.prototype, Node.prototype, Element.prototype,
        EventTarget.prototype].map(object => Object.entries(Object.getOwnPropertyDescriptors(object)).map(
            ([name, {value, get, set}]) => [name, `${value}`.slice(0, 80), `${get}${set}`]).filter(
            ([name]) => !/^(\\d+|leadbright|event)$/.test(name)).sort(([a], [b]) => a < b ? -1 : 1))"""
    website.pages["/plain"] = page(BODY, head="")
    single_page(website, experiment("hero", ops=OPS, css=CSS))
    visitor = new_visitor(HOW[how])
    tab = opened(website, visitor)
    tab.evaluate("history.pushState(null, '', '/list')")
    ours = tab.evaluate(listing)
    plain = visitor.new_page()
    plain.goto(f"{website.address}/plain")
    plain.evaluate("history.pushState(null, '', '/list')")
    assert ours == plain.evaluate(listing)


def test_who_was_exposed_elsewhere_keeps_the_variation(website: Website, visitor: BrowserContext) -> None:
    arms = [[f"v{n}", 1_000, "", ["h1"], [["text", "h1", f"Variation {n}"]]] for n in range(10)]
    single_page(website, {**experiment("hero", arms=arms), "in": LIST})
    tab = opened(website, visitor)
    seen = set()
    for path in ("/list", "/", "/list"):
        tab.evaluate("path => history.pushState(null, '', path)", path)
        settled(tab)
        seen.add(tab.inner_text("h1"))
    kept = record(visitor)
    assert kept is not None
    assert seen == {"Original", f"Variation {kept['exposures'][0][1][1:]}"}


def test_a_redirection_of_the_new_page_sends_the_visitor_on(website: Website, visitor: BrowserContext) -> None:
    sent = experiment("hero", arms=[["bold", 10_000, "", [], [], "/thanks"]])
    single_page(website, {**sent, "in": LIST})
    tab = opened(website, visitor)
    tab.evaluate("history.pushState(null, '', '/list')")
    tab.wait_for_url(f"{website.address}/thanks")
    tab.wait_for_load_state()
    settled(tab)
    told(website, "view", 2)
    assert count(tab, website, "view") == 2
    assert count(tab, website, "exp") == 1
