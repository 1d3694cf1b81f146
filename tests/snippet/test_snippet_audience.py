"""Who takes part: audiences, layers, times and the holdout, and that nobody loses what they were given."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from domain.bucketing import bucket
from tests.snippet.linking import Json, experiment, linked, plan
from tests.snippet.visits import record, settled
from tests.snippet.website import SCRIPT, Website, page

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"
    " Mobile/15E148 Safari/604.1"
)
DAY_S = 86_400


def only(website: Website, who: Json, zones: Json = None, key: str = "hero", **changes: Json) -> str:
    """A plan whose one experiment is for an audience."""
    hero = experiment(key, ops=[["text", "h1", "Buy now"]], who=who, **changes)
    return linked(plan(relay=website.relay_address, experiments=[hero], **({"zones": zones} if zones else {})))


def heading(website: Website, visitor: BrowserContext, path: str = "/") -> str:
    tab = visitor.new_page()
    tab.goto(website.address + path)
    settled(tab)
    text = tab.inner_text("h1")
    tab.close()
    return text


PHONE = {"user_agent": IPHONE, "viewport": {"width": 390, "height": 800}, "locale": "de-AT"}
PHONE["timezone_id"] = "Europe/Vienna"

AUDIENCES: dict[str, tuple[Json, str]] = {
    "device": (["is", "device", "mobile"], "/"),
    "platform and browser": (["all", ["is", "platform", "ios"], ["is", "browser", "safari"]], "/"),
    "language": (["is", "language", "de"], "/"),
    "country": (["is", "country", "DE", "AT"], "/"),
    "width": (["num", "width", None, 767], "/"),
    "query": (["is", "query.utm_content", "b c"], "/?utm_content=b+c"),
    "path": (["re", "path", "^/l.st$"], "/list"),
}


@pytest.mark.parametrize("name", AUDIENCES)
def test_an_audience_is_shown_the_variation_and_others_are_not(
    name: str, website: Website, new_visitor: Callable[..., BrowserContext]
) -> None:
    who, path = AUDIENCES[name]
    zones = {"Europe/Vienna": "AT"}
    website.script = only(website, who, zones)
    assert heading(website, new_visitor(**PHONE), path) == "Buy now"
    website.script = only(website, ["not", who], zones)
    assert heading(website, new_visitor(**PHONE), path) == "Original"
    website.script = only(website, who, zones)
    assert heading(website, new_visitor(timezone_id="Asia/Tokyo"), "/thanks") == "Original"


def test_a_cookie_and_the_data_layer_can_be_asked_for(website: Website, visitor: BrowserContext) -> None:
    who = [
        "all",
        ["is", "cookie.plan", "größe"],
        ["num", "data.cart.total", 49, None],
        ["not", ["set", "data.cart.x.y"]],
    ]
    website.script = only(website, who)
    assert heading(website, visitor) == "Original"
    visitor.add_cookies([{"name": "plan", "value": "gr%C3%B6%C3%9Fe", "url": website.address}])
    website.pages["/"] = page(head="<script>leadbrightData = {cart: {total: 49.5}}</script>" + SCRIPT)
    assert heading(website, visitor) == "Buy now"


def test_a_data_layer_that_throws_has_no_value(website: Website, visitor: BrowserContext) -> None:
    website.script = only(website, ["any", ["set", "data.cart"], ["is", "path", "/"]])
    website.pages["/"] = page(head="<script>leadbrightData = {get cart() { throw 1 }}</script>" + SCRIPT)
    assert heading(website, visitor) == "Buy now"


def test_the_hour_and_the_weekday_are_the_sites(website: Website, new_visitor: Callable[..., BrowserContext]) -> None:
    # 2026-11-24T23:30Z, a Tuesday, is the next day in Berlin.
    clock = "Date.now = () => 1795563000000; const R = Date; Date = class extends R { constructor(...a) "
    clock += "{ super(...(a.length ? a : [R.now()])) } };"
    website.script = only(website, ["all", ["is", "hour", "0"], ["is", "weekday", "3"]])
    tab = new_visitor(clock, timezone_id="America/New_York").new_page()
    tab.goto(website.address)
    assert tab.inner_text("h1") == "Buy now"


CHANNELS = {"/?utm_medium=cpc&utm_source=google": "paid-search", "/?utm_source=newsletter": "email", "/": "direct"}


@pytest.mark.parametrize("path", CHANNELS)
def test_the_channel_is_the_sessions(path: str, website: Website, visitor: BrowserContext) -> None:
    website.script = only(website, ["is", "channel", CHANNELS[path]])
    assert heading(website, visitor, path) == "Buy now"
    assert heading(website, visitor, "/list?utm_medium=display") == "Buy now"


def test_a_referrer_can_be_asked_for(website: Website, new_visitor: Callable[..., BrowserContext]) -> None:
    website.script = only(website, ["is", "referrer", "news.example"])
    story = "Object.defineProperty(document, 'referrer', {value: 'https://www.news.example/story'})"
    assert heading(website, new_visitor(story)) == "Buy now"
    assert heading(website, new_visitor()) == "Original"


def test_who_was_new_keeps_what_they_were_given(website: Website, new_visitor: Callable[..., BrowserContext]) -> None:
    website.script = only(website, ["is", "visitor", "new"])
    visitor = new_visitor()
    assert heading(website, visitor) == "Buy now"
    tomorrow = f"const now = Date.now; Date.now = () => now() + {DAY_S * 1000}; const R = Date;"
    tomorrow += "Date = class extends R { constructor(...a) { super(...(a.length ? a : [R.now()])) } };"
    visitor.add_init_script("delete globalThis.Temporal;" + tomorrow)
    kept = record(visitor)
    assert kept is not None
    website.relay.day = kept["last"] + 1
    assert heading(website, visitor, "/list") == "Buy now"
    website.script = only(website, ["is", "visitor", "returning"], key="other")
    assert heading(website, visitor) == "Buy now"
    website.script = only(website, ["is", "visitor", "new"], key="third")
    assert heading(website, visitor) == "Original"


def test_experiments_of_a_layer_share_no_visitor(website: Website, new_visitor: Callable[..., BrowserContext]) -> None:
    experiments = [
        experiment("hero", ops=[["text", "h1", "Hero"]], layer=["home", 0, 5_000]),
        experiment("price", ops=[["text", "h1", "Price"]], layer=["home", 5_000, 10_000]),
    ]
    website.script = linked(plan(relay=website.relay_address, experiments=experiments))
    seen: set[str] = set()
    for _ in range(64):  # which one a visitor gets is chance
        if len(seen) > 1:
            break
        visitor = new_visitor()
        text = heading(website, visitor)
        kept = record(visitor)
        assert kept is not None
        assert text == ("Hero" if bucket("home/layer", kept["seed"]) < 5_000 else "Price")
        assert len(kept["exposures"]) == 1
        seen.add(text)
    assert seen == {"Hero", "Price"}


MINUTE = int(time.time() // 60)
TIMES: dict[str, tuple[Json, str]] = {
    "in it": ({"from": MINUTE - 5, "until": MINUTE + 60}, "Buy now"),
    "before": ({"from": MINUTE + 60}, "Original"),
    "after": ({"until": MINUTE - 5}, "Original"),
}


@pytest.mark.parametrize("when", TIMES)
def test_an_experiment_runs_in_its_time(when: str, website: Website, visitor: BrowserContext) -> None:
    said, text = TIMES[when]
    website.script = only(website, ["all"], **said)
    assert heading(website, visitor) == text


@pytest.mark.parametrize(("holdout", "text"), [(10_000, "Original"), (0, "Buy now")])
def test_who_is_held_out_sees_the_original(holdout: int, text: str, website: Website, visitor: BrowserContext) -> None:
    experiments = [experiment("hero", ops=[["text", "h1", "Buy now"]])]
    website.script = linked(plan(relay=website.relay_address, experiments=experiments, holdout=holdout))
    assert heading(website, visitor) == text


def test_a_page_can_be_told_by_its_query(website: Website, visitor: BrowserContext) -> None:
    hero = {**experiment("hero", ops=[["text", "h1", "Buy now"]]), "in": [["=", "/", {"view": "b c"}]]}
    website.script = linked(plan(relay=website.relay_address, experiments=[hero]))
    assert heading(website, visitor, "/?x=1&view=b%20c") == "Buy now"
    assert heading(website, visitor, "/?view=b") == "Original"
