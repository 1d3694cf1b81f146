"""The pages in a real browser: findings appear while somebody types, and the strict policy holds."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import ConsoleMessage, Page, async_playwright, expect

from tests.web.conftest import Web, services_for, serving
from tests.web.sample import BROKEN_HERO, DEFINITION, HERO_COUNTS, SHOP, SITE
from web.app import create_app

HTMX = Path(__file__).parents[2] / "snippet" / "dist" / "vendor" / "htmx.js"
EDITOR = f"/sites/{SHOP}/definition"


REFUSED = "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"
"""What a browser notes of a form that was not taken."""

_NUMBERS = itertools.count()
_HERE = __name__.replace(".", "_")
"""Part of an app's name: pytest and an import know this file by two names, and so count twice."""


@pytest.fixture(scope="session")
def htmx() -> bytes:
    """The library as the snippet's build vendors it."""
    return HTMX.read_bytes()


@pytest.fixture
def expected() -> list[str]:
    """What the browser will note of what a test does wrong on purpose: the test puts it in."""
    return []


@pytest.fixture
async def page(web: Web, htmx: bytes, expected: list[str]) -> AsyncIterator[Page]:
    """A page of a signed-in browser; a test fails where the browser had anything else to complain of."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    web.reports.experiments = {"hero": HERO_COUNTS}
    web.reports.visitors_a_day = 300
    app = create_app(services_for(web, htmx=htmx), f"{_HERE}_{next(_NUMBERS)}")
    async with serving(app) as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        opened = await browser.new_page(base_url=address)
        opened.set_default_timeout(10_000)
        opened.on("console", listen)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        await opened.goto(f"/sign-in/{await web.store.create_sign_in_link()}")
        await opened.get_by_role("button", name="Sign in").click()
        await opened.wait_for_url("**/sites")
        yield opened
        await browser.close()
    assert complaints == expected


async def test_findings_appear_and_go_while_somebody_types(page: Page) -> None:
    await page.goto(f"{EDITOR}?file=experiments/hero.yaml")
    text = page.get_by_label("experiments/hero.yaml")
    await text.fill(BROKEN_HERO)
    marked = page.locator("#marks-1 li.error")
    await expect(marked).to_have_count(1)
    await expect(marked).to_contain_text("90 %")
    beside, numbered = await marked.bounding_box(), await page.locator("#numbers-1 li.error").bounding_box()
    assert beside is not None
    assert numbered is not None
    assert beside["y"] == numbered["y"]
    await expect(page.locator("#dot-1")).to_contain_text("1")
    await expect(page.get_by_role("heading", name="1 finding")).to_be_visible()
    await expect(text).to_be_focused()
    await text.fill(DEFINITION["experiments/hero.yaml"])
    await expect(page.get_by_role("heading", name="Nothing wrong")).to_be_visible()
    await expect(page.locator("#marks-1 li.error")).to_have_count(0)


async def test_a_finding_leads_to_its_line_in_another_file(page: Page) -> None:
    await page.goto(f"{EDITOR}?file=experiments/hero.yaml")
    await page.get_by_label("experiments/hero.yaml").fill(BROKEN_HERO)
    await page.get_by_text("Site", exact=True).click()
    await expect(page.get_by_label("site.yaml")).to_be_visible()
    await page.get_by_role("link", name="hero, line 10").click()
    text = page.get_by_label("experiments/hero.yaml")
    await expect(text).to_be_focused()
    selected = await text.evaluate("each => each.value.slice(each.selectionStart, each.selectionEnd)")
    assert selected.strip() == "weight: 40%"


async def test_lines_are_numbered_while_somebody_types(page: Page) -> None:
    await page.goto(EDITOR)
    await page.get_by_label("site.yaml").fill(SITE + "\n" * 40)
    await expect(page.locator("#numbers-0 li").last).to_have_text(str(SITE.count("\n") + 41))
    assert await page.locator("#marks-0 li").count() == await page.locator("#numbers-0 li").count()


async def test_publishing_from_the_editor(page: Page, web: Web) -> None:
    await page.goto(EDITOR)
    await page.get_by_role("button", name="Publish").click()
    await page.wait_for_url(f"**/sites/{SHOP}?did=published")
    assert len(web.publisher.published) == 1
    await page.get_by_role("button", name="Copy").wait_for()


async def test_every_page_obeys_the_policy_in_both_themes_and_fits_a_phone(page: Page) -> None:
    looks: list[tuple[Literal["light", "dark"], int]] = [("light", 1280), ("dark", 390)]
    for theme, width in looks:
        await page.emulate_media(color_scheme=theme)
        await page.set_viewport_size({"width": width, "height": 844})
        for path in ("/sites", f"/sites/{SHOP}", EDITOR, f"/sites/{SHOP}/experiments/hero", f"/sites/{SHOP}/access"):
            answer = await page.goto(path)
            assert answer is not None
            assert answer.ok
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
