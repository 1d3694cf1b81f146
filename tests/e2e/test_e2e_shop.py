"""Visitors in a real browser walk through the demo shop, and everything they did comes back as a result, once.

Every test counts what it adds, since all share one installation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.services.house import House

ORIGINAL, BOLD = "Boots for wet ground, made to be mended", "Dry feet. Every mile."
NewVisitor = Callable[..., BrowserContext]

# What is there whenever a frame is about to be painted.
PROBE = f"""
window.frames = []; window.shifts = 0;
new PerformanceObserver((list) => list.getEntries().forEach((e) => (window.shifts += e.value)))
  .observe({{type: "layout-shift", buffered: true}});
(function look() {{
  const h1 = document.querySelector("h1.hero");
  if (h1) frames.push([h1.textContent.includes({ORIGINAL!r}), getComputedStyle(h1).visibility === "visible"]);
  requestAnimationFrame(look);
}})()
"""


def headline(tab: Page) -> str:
    return tab.inner_text("h1.hero")


def visitor_of(variation: str, house: House, new_visitor: NewVisitor) -> tuple[BrowserContext, Page]:
    """A newcomer who was put into `variation`, on the landing page; every newcomer before counts as well."""
    wanted = {"bold": BOLD, "control": ORIGINAL}[variation]
    for _ in range(24):
        visitor = new_visitor(PROBE)
        tab = visitor.new_page()
        tab.goto(house.shop, wait_until="load")
        if headline(tab) == wanted:
            return visitor, tab
    raise AssertionError(f"24 newcomers, and none of them in {variation}")


def exposed(house: House) -> int:
    return sum(house.report("hero")["exposed"].values())


def ledger(visitor: BrowserContext) -> str:
    return "".join(c["value"] for c in visitor.cookies() if c["name"] == "lb_shop")


def wait_until_told(tab: Page) -> None:
    """Until nothing is left to send."""
    tab.wait_for_function("async () => (await navigator.locks.query()).held.length === 0")
    tab.wait_for_load_state("networkidle")


def test_the_variation_is_there_before_anything_is_painted(house: House, new_visitor: NewVisitor) -> None:
    visitor, tab = visitor_of("bold", house, new_visitor)
    for _ in range(10):
        tab.goto(house.shop, wait_until="load")
        # A quick page has loaded before its first frame is due.
        tab.wait_for_function("frames.length >= 2")
        frames: list[list[bool]] = tab.evaluate("frames")
        assert not [frame for frame in frames if frame == [True, True]]
    assert tab.inner_text("#signup") == "Get the free guide"
    assert tab.evaluate("getComputedStyle(document.querySelector('#signup')).backgroundColor") == "rgb(168, 68, 31)"
    assert tab.evaluate("shifts") < 0.01
    visitor.close()


def test_the_control_sees_the_page_as_it_was_made(house: House, new_visitor: NewVisitor) -> None:
    _, tab = visitor_of("control", house, new_visitor)
    untouched = new_visitor(java_script_enabled=False).new_page()
    untouched.goto(house.shop)
    assert tab.inner_html("main") == untouched.inner_html("main")
    assert tab.evaluate("document.adoptedStyleSheets.map((s) => s.cssRules.length)") in ([], [0])
    assert tab.evaluate("document.documentElement.getAttributeNames()") == ["lang"]


@pytest.mark.parametrize("variation", ["bold", "control"])
def test_a_visitor_keeps_the_variation(variation: str, house: House, new_visitor: NewVisitor) -> None:
    visitor, tab = visitor_of(variation, house, new_visitor)
    seen = headline(tab)
    tab.goto(f"{house.shop}/products")
    tab.goto(house.shop)
    assert headline(tab) == seen
    second = visitor.new_page()
    second.goto(house.shop)
    assert headline(second) == seen


def test_two_tabs_opened_at_once_are_one_visitor_in_one_variation(house: House, new_visitor: NewVisitor) -> None:
    before = exposed(house)
    visitor = new_visitor()
    tabs = [visitor.new_page() for _ in range(2)]
    for tab in tabs:
        tab.evaluate("(url) => { setTimeout(() => { location.href = url }, 50) }", house.shop)
    for tab in tabs:
        tab.wait_for_selector("h1.hero")
        wait_until_told(tab)
    assert headline(tabs[0]) == headline(tabs[1])
    house.wait_for_report("hero", lambda told: sum(told["exposed"].values()) > before)
    tabs[0].goto(house.shop)
    wait_until_told(tabs[0])
    assert exposed(house) == before + 1


def test_exposure_and_conversion_are_counted_once(house: House, new_visitor: NewVisitor) -> None:
    _, tab = visitor_of("bold", house, new_visitor)
    wait_until_told(tab)
    before = house.wait_for_report("hero", lambda told: told["exposed"]["bold"] > 0)
    tab.click("#signup")
    tab.wait_for_selector(".joined")
    for path in ("/products", "/", "/basket", "/"):
        tab.goto(house.shop + path)
        wait_until_told(tab)
    after = house.wait_for_report("hero", lambda told: converted(told, "bold") > converted(before, "bold"))
    assert after["exposed"] == before["exposed"]
    assert converted(after, "bold") == converted(before, "bold") + 1
    assert after["signup"]["bold"]["count"] == before["signup"]["bold"]["count"] + 1
    assert after["signup"]["control"] == before["signup"]["control"]


def converted(told: dict[str, Any], variation: str) -> int:
    return int(told["signup"][variation]["converted"])


def test_what_was_bought_is_what_is_reported(house: House, new_visitor: NewVisitor) -> None:
    before = house.report("price")
    tab = new_visitor().new_page()
    tab.goto(f"{house.shop}/products")
    tab.click(".cards a >> nth=0")
    tab.click("form.buy button[type=submit]")
    tab.goto(f"{house.shop}/basket")
    tab.click("#checkout")
    tab.wait_for_url("**/thank-you")
    paid = tab.evaluate("document.querySelector('.lead').textContent.match(/€([\\d.]+)/)[1]")
    after = house.wait_for_report("price", lambda told: bought(told) != bought(before))
    amount = round(float(paid) * 100)
    assert bought(after) == tuple(a + b for a, b in zip(bought(before), (1, 1, amount, amount**2), strict=True))
    tab.reload()
    wait_until_told(tab)
    assert bought(house.report("price")) == bought(after)


def bought(told: dict[str, Any]) -> tuple[int, ...]:
    arms = told["purchase"].values()
    return tuple(sum(arm[what] for arm in arms) for what in ("converted", "count", "sum", "sum_of_squares"))


def test_a_browser_that_calls_itself_a_robot_is_not_counted(house: House, new_robot: NewVisitor) -> None:
    before = exposed(house)
    robot = new_robot()
    tab = robot.new_page()
    with tab.expect_response("**/v1/b/shop*") as answer:
        tab.goto(house.shop)
    assert answer.value.status == 200
    wait_until_told(tab)
    assert exposed(house) == before


def test_without_the_cdn_the_page_is_the_original(house: House, new_visitor: NewVisitor) -> None:
    def refuse(route: Route) -> None:
        route.abort()

    visitor = new_visitor()
    visitor.route("**/lb.js", refuse)
    tab = visitor.new_page()
    tab.goto(house.shop)
    assert headline(tab) == ORIGINAL
    assert ledger(visitor) == ""


def test_without_the_relay_a_beacon_is_kept_and_told_on_the_next_page(house: House, new_visitor: NewVisitor) -> None:
    visitor, tab = visitor_of("bold", house, new_visitor)
    wait_until_told(tab)
    before = house.wait_for_report("hero", lambda told: told["exposed"]["bold"] > 0)
    house.kill("relay")
    try:
        tab.click("#signup")
        # The CDN went with the relay: the page after the form is the original, and nobody is troubled.
        tab.wait_for_selector(".joined")
        assert "signup" in ledger(visitor)
        assert house.report("hero")["signup"] == before["signup"]
    finally:
        house.start("relay")
    tab.goto(house.shop)
    wait_until_told(tab)
    after = house.wait_for_report("hero", lambda told: converted(told, "bold") > converted(before, "bold"))
    assert converted(after, "bold") == converted(before, "bold") + 1
    assert headline(tab) == BOLD


def test_nothing_that_identifies_a_visitor_leaves_the_browser(house: House, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    tab = visitor.new_page()
    with tab.expect_request("**/v1/b/shop*") as request:
        tab.goto(f"{house.shop}/?email=somebody@example.org")
    wait_until_told(tab)
    seed = ledger(visitor)
    visitor.route("**/lb.js", lambda route: route.continue_())  # which also keeps the browser from using its copy
    with tab.expect_request("**/lb.js") as script:
        tab.goto(f"{house.shop}/products")
    sent = f"{request.value.url} {request.value.post_data}"
    for asked in (request.value, script.value):
        assert "cookie" not in asked.all_headers()
    assert "somebody" not in sent
    assert len(seed) > 8
    assert not any(part in sent for part in seed.split(".") if len(part) == 8)
