"""Each visitor, view, exposure and conversion is counted exactly once, whatever tabs, relays and networks do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext

from tests.snippet.linking import Json, digest, experiment, linked, plan
from tests.snippet.visits import brought_back, record, settled, tried
from tests.snippet.website import BODY, SCRIPT, Website, page

FIRST_PAGE = [["visit", 0, 3], ["session"], ["view"], ["exp", "hero", "bold"]]
SIGNUP = ["goal", "signup", 0, 0, [["hero", "bold", 0, 0]]]


@pytest.fixture(autouse=True)
def install(website: Website) -> None:
    website.script = linked(plan(relay=website.relay_address))


def test_a_first_page_is_told_in_one_beacon(website: Website, visitor: BrowserContext) -> None:
    tab = visitor.new_page()
    tab.goto(f"{website.address}/?utm_source=news&utm_medium=mail&utm_campaign=spring")
    settled(tab)
    [received] = website.relay.wait_for_beacons(1)
    kept = record(visitor)
    assert kept is not None
    assert received.beacon == {
        "v": 1,
        "cfg": digest(plan(relay=website.relay_address)),
        "d": kept["last"],
        "p": "/",
        "src": ["", "news", "mail", "spring"],
        "e": FIRST_PAGE,
    }


def test_a_beacon_carries_no_cookie_and_asks_no_leave(website: Website, visitor: BrowserContext) -> None:
    tab = visitor.new_page()
    tab.goto(f"{website.address}/?mail=a@b.example")
    [received] = website.relay.wait_for_beacons(1)
    assert "cookie" not in received.headers
    assert received.headers["content-type"].startswith("text/plain")
    assert received.headers["referer"] == f"{website.address}/"
    assert website.relay.other_requests == []


def test_the_next_page_takes_the_bounce_back_and_exposes_no_more(website: Website, visitor: BrowserContext) -> None:
    tab = visitor.new_page()
    for path in ("/", "/list", "/"):
        tab.goto(website.address + path)
        settled(tab)
    assert website.relay.counted() == [*FIRST_PAGE, ["view", 1], ["view"]]


def test_a_second_tab_sees_the_same_variation(website: Website, visitor: BrowserContext) -> None:
    arms = [[f"v{n}", 1_000, "", ["h1"], [["text", "h1", f"Variation {n}"]]] for n in range(10)]
    website.script = linked(plan(relay=website.relay_address, experiments=[experiment("hero", arms=arms)]))
    tabs = [visitor.new_page() for _ in range(3)]
    for tab in tabs:
        tab.goto(website.address)
        settled(tab)
    assert len({tab.inner_text("h1") for tab in tabs}) == 1
    assert tabs[0].inner_text("h1").startswith("Variation")
    assert [entry for entry in website.relay.counted() if entry[0] == "exp"] == [
        ["exp", "hero", tabs[0].inner_text("h1").lower().replace("ariation ", "")]
    ]


@pytest.mark.parametrize("_round", range(5))
def test_tabs_opened_at_once_are_one_visitor(
    _round: int, website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    visitor = new_visitor()
    opener = visitor.new_page()
    website.pages["/empty"] = page(head="")
    opener.goto(f"{website.address}/empty")
    # noopener: each has a process of its own, and they share nothing but the cookie.
    opener.evaluate("for (let i = 0; i < 6; i++) open('/', '_blank', 'noopener')")
    opener.wait_for_function("() => document.cookie.includes('lb_shop')")
    website.relay.wait_for(lambda received: sum(r.beacon["e"].count(["view"]) for r in received) >= 5)
    for tab in visitor.pages:
        tab.wait_for_load_state()
        tab.wait_for_function("document.querySelector('h1').innerText === 'Buy now'") if tab is not opener else None
        settled(tab)
    counts = Counter(entry[0] for entry in website.relay.counted())
    assert counts == {"visit": 1, "session": 1, "view": 6, "exp": 1}


@pytest.mark.parametrize("answer", [0, -1, 429, 503])
def test_what_no_relay_took_is_sent_again_by_the_next_page(
    answer: int, website: Website, visitor: BrowserContext
) -> None:
    website.relay.answer = answer
    tab = visitor.new_page()
    tab.goto(website.address)
    website.relay.wait_for_attempts(1)
    tried(tab)
    kept = record(visitor)
    assert kept is not None
    [[nonce, _, _, day, path, source, entries]] = kept["outbox"]
    assert [day, path, source, entries] == [kept["last"], "/", ["", "", "", ""], FIRST_PAGE]
    website.relay.answer = 200
    tab.goto(f"{website.address}/list")
    settled(tab)
    assert {r.nonce for r in website.relay.received if r.beacon["e"] == FIRST_PAGE} == {nonce}
    assert website.relay.counted() == [*FIRST_PAGE, ["view", 1]] or website.relay.counted() == [
        ["view", 1],
        *FIRST_PAGE,
    ]


@pytest.mark.parametrize("answer", [400, 403, 404, 413])
def test_what_a_relay_refuses_for_good_is_not_sent_again(
    answer: int, website: Website, visitor: BrowserContext
) -> None:
    website.relay.answer = answer
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    website.relay.answer = 200
    tab.goto(f"{website.address}/list")
    settled(tab)
    assert [r.beacon["e"] for r in website.relay.received] == [FIRST_PAGE, [["view", 1]]]


def test_a_full_outbox_takes_nothing_more_and_the_books_stay_exact(website: Website, visitor: BrowserContext) -> None:
    website.relay.answer = 0
    tab = visitor.new_page()
    for _ in range(7):
        tab.goto(website.address)
        tried(tab)
    kept = record(visitor)
    assert kept is not None
    assert [entries for *_, entries in kept["outbox"]] == [FIRST_PAGE, [["view", 1]], [["view"]], [["view"]]]
    tab.goto("about:blank")  # or this page, hearing an answer, would tell its own view after all
    website.relay.answer = 200
    tab.goto(website.address)
    website.relay.wait_for(lambda received: sum(r.beacon["e"].count(["view"]) for r in received) >= 4)
    settled(tab)
    counts = Counter(entry[0] for entry in website.relay.counted())
    assert counts == {"visit": 1, "session": 1, "view": 5, "exp": 1}


def test_a_beacon_of_yesterday_is_dropped(website: Website, visitor: BrowserContext) -> None:
    website.relay.answer = 0
    tab = visitor.new_page()
    tab.goto(website.address)
    website.relay.wait_for_attempts(1)
    tried(tab)
    visitor.add_init_script("const now = Date.now; Date.now = () => now() + 25 * 3600e3;")
    website.relay.answer = 200
    tab.goto(website.address)
    settled(tab)
    assert FIRST_PAGE not in [r.beacon["e"] for r in website.relay.received]


def test_a_click_that_leaves_the_page_is_counted_once(website: Website, visitor: BrowserContext) -> None:
    website.pages["/"] = page(BODY.replace('href="#top"', 'href="/list"'))
    tab = visitor.new_page()
    for _ in range(3):
        tab.goto(website.address)
        tab.click("#signup")
        tab.wait_for_url("**/list")
        settled(tab)
    goals = [entry for entry in website.relay.counted() if entry[0] == "goal"]
    assert goals == [["goal", "signup", n, 0, [["hero", "bold", n, 0]]] for n in range(3)]


def test_a_click_inside_the_element_or_its_shadow_tree_counts(website: Website, visitor: BrowserContext) -> None:
    body = """<body><div id="signup"><b>in</b><span></span></div><script>
      document.querySelector("span").attachShadow({mode: "open"}).innerHTML = "<button>deep</button>";
      document.querySelector("b").addEventListener("click", event => event.stopImmediatePropagation());
    </script></body>"""
    website.pages["/"] = page(body)
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    tab.click("b")
    tab.click("button")
    website.relay.wait_for(lambda received: sum(len(r.beacon["e"]) for r in received) >= 6)
    assert [entry[:3] for entry in website.relay.counted()[4:]] == [["goal", "signup", 0], ["goal", "signup", 1]]


def test_a_page_that_is_a_goal_counts_with_its_view(website: Website, visitor: BrowserContext) -> None:
    tab = visitor.new_page()
    tab.goto(f"{website.address}/thanks")
    settled(tab)
    assert website.relay.received[0].beacon["e"] == [*FIRST_PAGE, ["goal", "thanks", 0, 0, [["hero", "bold", 0, 0]]]]


STUB = "<script>window.leadbright=window.leadbright||function(){(leadbright.q=leadbright.q||[]).push(arguments)}"


def test_calls_made_before_the_script_has_loaded_are_heard(website: Website, visitor: BrowserContext) -> None:
    calls = ';leadbright("event","purchase",{amount:49.99});leadbright("variation","hero",v=>window.seen=v)</script>'
    website.pages["/"] = page(head=STUB + calls + SCRIPT)
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    assert tab.evaluate("window.seen") == "bold"
    assert website.relay.counted() == [
        *FIRST_PAGE,
        ["event", "purchase"],
        ["goal", "purchase", 0, 0, [["hero", "bold", 0, 0]], 4999],
    ]


def test_events_and_goals_are_told_with_what_they_are_worth(website: Website, visitor: BrowserContext) -> None:
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    tab.evaluate(
        """() => {
            leadbright("event", "add_to_cart");
            leadbright("event", "Not A Name");
            leadbright("goal", "purchase", 20);
            leadbright("goal", "purchase", -5.5);
            leadbright("goal", "signup");
            leadbright("goal", "unknown", 1);
            leadbright("event", "purchase", {amount: "much"});
            leadbright("no such verb");
            leadbright("ready", () => { throw new Error("the page's own") });
        }"""
    )
    settled(tab)
    assert website.relay.received[1].beacon["e"] == [
        ["event", "add_to_cart"],
        ["goal", "purchase", 0, 0, [["hero", "bold", 0, 0]], 2000],
        ["goal", "purchase", 1, 2000, [["hero", "bold", 1, 2000]], -550],
        SIGNUP,
        ["event", "purchase"],
        ["goal", "purchase", 2, 1450, [["hero", "bold", 2, 1450]]],
    ]


def test_a_burst_of_events_is_told_whole(website: Website, visitor: BrowserContext) -> None:
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    tab.evaluate("() => { for (let i = 0; i < 150; i++) leadbright('event', 'scrolled') }")
    website.relay.wait_for(lambda received: sum(len(r.beacon["e"]) for r in received) >= 154)
    settled(tab)
    assert website.relay.counted().count(["event", "scrolled"]) == 150
    assert max(len(r.beacon["e"]) for r in website.relay.received) == 32


def test_a_page_brought_back_by_the_back_button_is_a_view(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    brought_back(website, new_visitor)
    website.relay.wait_for_beacons(3)
    assert website.relay.counted() == [*FIRST_PAGE, ["view", 1], ["view"]]


def test_a_page_made_ready_in_advance_counts_when_it_is_looked_at(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    visitor = new_visitor("Object.defineProperty(document, 'prerendering', {value: true, configurable: true})")
    tab = visitor.new_page()
    tab.goto(website.address)
    assert tab.inner_text("h1") == "Buy now"
    tried(tab)
    assert website.relay.received == []
    tab.evaluate(
        """() => {
            Object.defineProperty(document, "prerendering", {value: false});
            document.dispatchEvent(new Event("prerenderingchange"));
        }"""
    )
    settled(tab)
    assert website.relay.counted() == FIRST_PAGE


WRONG_CLOCK = """
delete globalThis.Temporal;
const Right = Date;
globalThis.Date = class extends Right {
  constructor(...given) { super(...(given.length ? given : [Right.now() + 9e11])) }
  static now() { return Right.now() + 9e11 }
}
"""


def test_a_clock_that_is_wrong_by_years_counts_one_visitor(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    visitor = new_visitor(WRONG_CLOCK)
    website.relay.day = 20_780
    tab = visitor.new_page()
    for _ in range(3):
        tab.goto(website.address)
        settled(tab)
    kept = record(visitor)
    assert kept is not None
    assert (kept["created"], kept["last"]) == (20_780, 20_780)
    assert website.relay.counted() == [*FIRST_PAGE, ["view", 1], ["view"]]
    assert [r.beacon["d"] for r in website.relay.received[1:]] == [20_780, 20_780]


def test_other_sites_refer_and_the_own_ones_do_not(
    website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    cases = {
        "https://www.google.com/search?q=secret": "google.com",
        "http://localhost:1/elsewhere": "",
        "https://blog.shop.test/post": "blog.shop.test",
        "": "",
    }
    for referrer, host in cases.items():
        visitor = new_visitor(f"Object.defineProperty(document, 'referrer', {{value: {referrer!r}}})")
        tab = visitor.new_page()
        tab.goto(website.address)
        settled(tab)
        assert website.relay.received[-1].beacon["src"] == [host, "", "", ""]


SITES: dict[str, tuple[Json, Json]] = {
    "without experiments and goals": (plan(experiments=[], goals=[]), []),
    "without experiments": (plan(experiments=[]), [["goal", "signup", 0, 0, []]]),
    "without goals": (plan(goals=[]), []),
    "with nothing to change": (plan(experiments=[experiment("hero")]), [SIGNUP]),
    "with style alone": (plan(experiments=[experiment("hero", css="h1{color:red}")]), [SIGNUP]),
    "with a click goal alone": (plan(goals=plan()["goals"][:1]), [SIGNUP]),
    "with an event goal alone": (plan(goals=plan()["goals"][2:]), []),
}


@pytest.mark.parametrize("name", SITES)
def test_a_site_runs_with_the_modules_that_it_uses(name: str, website: Website, visitor: BrowserContext) -> None:
    document, goals = SITES[name]
    website.script = linked({**document, "relay": website.relay_address})
    tab = visitor.new_page()
    tab.goto(website.address)
    settled(tab)
    tab.click("#signup")
    tab.evaluate("leadbright('event', 'add_to_cart')")
    first = FIRST_PAGE if document["experiments"] else FIRST_PAGE[:3]
    expected = [*first, *goals, ["event", "add_to_cart"]]
    # Beacons travel side by side, so that a later one may come in first.
    website.relay.wait_for(lambda received: sum(len(r.beacon["e"]) for r in received) >= len(expected))
    assert sorted(website.relay.counted(), key=repr) == sorted(expected, key=repr)


@pytest.mark.parametrize("script", ["", "delete globalThis.Temporal"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", "Europe/Berlin", "Mars/Olympus"])
def test_the_day_is_that_of_the_site(
    script: str, zone: str, website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    calendar = UTC if zone == "Mars/Olympus" else ZoneInfo(zone)
    website.script = linked(plan(relay=website.relay_address, tz=zone))
    tab = new_visitor(script, timezone_id="America/New_York").new_page()
    before = datetime.now(calendar).date()
    tab.goto(website.address)
    [received] = website.relay.wait_for_beacons(1)
    assert received.beacon["d"] in [(day - date(1970, 1, 1)).days for day in (before, datetime.now(calendar).date())]
