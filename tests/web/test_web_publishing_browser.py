"""The life of a release in a real browser, against a real folder: staging, promote, roll back, off, on again."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from cdn_publish.folder import FolderTarget
from leadbright.runtime import load_runtime
from leadbright.web_publisher import TargetPublisher
from leadbright.web_services import load_htmx
from tests.web.conftest import Web, services_for, serving
from tests.web.sample import DEFINITION, HERO, SHOP
from web.app import create_app

AXE = Path(__file__).parents[2] / "snippet" / "node_modules" / "axe-core" / "axe.min.js"
HERE = f"/sites/{SHOP}/publishing"
BOLDER = {**DEFINITION, "experiments/hero.yaml": HERO.replace("Buy now", "Buy it now")}
RENAMED = {**DEFINITION, "experiments/hero.yaml": HERO.replace("key: bold", "key: loud")}

_NUMBERS = itertools.count()


@pytest.fixture
def cdn(tmp_path: Path) -> Path:
    """Where releases go."""
    return tmp_path / "cdn"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium."""
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )


@pytest.fixture
async def address(web: Web, cdn: Path) -> AsyncIterator[str]:
    """The web, publishing into a folder."""
    runtime = load_runtime()
    publisher = TargetPublisher(FolderTarget(cdn), lambda: datetime.fromtimestamp(web.clock(), UTC), runtime)
    services = replace(services_for(web, htmx=load_htmx()), publisher=publisher, runtime=runtime)
    async with serving(create_app(services, f"web_that_publishes_{next(_NUMBERS)}")) as served:
        yield served


async def signed_in(web: Web, context: BrowserContext) -> Page:
    """A page of somebody who opened the link."""
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await page.goto(f"/sign-in/{await web.store.create_sign_in_link()}")
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/sites")
    return page


@pytest.fixture
async def page(web: Web, browser: Browser, address: str) -> AsyncIterator[Page]:
    """A test fails where the browser had anything to complain of."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    opened = await signed_in(web, await browser.new_context(base_url=address))
    opened.on("console", listen)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    assert complaints == []


async def press(page: Page, link: str, button: str, note: str = "") -> None:
    """From the page of releases over the review to the deed."""
    await page.goto(HERE)
    await page.get_by_role("link", name=link).first.click()
    if note:
        await page.get_by_label("Why").fill(note)
    await page.get_by_role("button", name=button).click()
    await page.wait_for_url("**/publishing?work=*")


def loads(cdn: Path, environment: str, text: str) -> bool:
    """Whether what is loaded there holds a text."""
    return text in (cdn / environment / SHOP / "lb.js").read_text()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
async def test_a_release_goes_to_staging_to_production_back_off_and_on_again(
    web: Web, browser: Browser, address: str, cdn: Path, scripts: bool
) -> None:
    context = await browser.new_context(base_url=address, java_script_enabled=scripts)
    page = await signed_in(web, context)
    await press(page, "Publish to staging", "Publish to staging", "first")
    await expect(page.get_by_role("status")).to_contain_text("Release 1 is live in staging")
    assert not (cdn / "production").exists()
    await press(page, "Promote to production", "Promote to production")
    assert loads(cdn, "production", "Buy now")

    await web.store.save_definition(SHOP, BOLDER, "owner")
    await page.goto(f"{HERE}/production/publish")
    await expect(page.locator(".changes")).to_contain_text("Buy it now")
    await expect(page.locator(".changes")).to_contain_text("nobody moves")
    await page.get_by_role("button", name="Publish to production").click()
    await page.wait_for_url("**/publishing?work=*")
    assert loads(cdn, "production", "Buy it now")

    await page.goto(HERE)
    await page.get_by_role("link", name="Roll back to release 1 in production").click()
    await page.get_by_role("button", name="Roll back").click()
    await page.wait_for_url("**/publishing?work=*")
    await expect(page.get_by_role("status")).to_contain_text("Release 3 is live in production")
    assert loads(cdn, "production", "Buy now")

    await press(page, "Switch off", "Switch all experiments off", "The basket is broken")
    await expect(page.get_by_role("heading", name="Every experiment is off")).to_be_visible()
    assert not loads(cdn, "production", "Buy now")
    await press(page, "Switch on again", "Switch on again")
    await expect(page.get_by_role("heading", name="Every experiment is off")).to_have_count(0)
    assert loads(cdn, "production", "Buy now")
    done = [(line.did.value, line.environment, line.number, line.who) for line in await web.store.audit.lines(SHOP, 9)]
    assert done == [
        ("switched on again", "production", 5, "owner"),
        ("switched off", "production", 4, "owner"),
        ("rolled back", "production", 3, "owner"),
        ("published", "production", 2, "owner"),
        ("promoted", "production", 1, "owner"),
        ("published", "staging", 1, "owner"),
    ]


async def everything(page: Page, web: Web) -> list[str]:
    """A site with something of everything on its pages; their addresses."""
    await press(page, "Publish to staging", "Publish to staging", "First try")
    await press(page, "Promote to production", "Promote to production", "Looks good on staging")
    await web.store.save_definition(SHOP, BOLDER, "anna")
    await press(page, "straight to production", "Publish to production", "A shorter call")
    await page.goto(f"{HERE}/production/releases/1")
    await page.get_by_role("button", name="Roll back").click()
    await page.wait_for_url("**/publishing?work=*")
    await web.store.save_definition(SHOP, RENAMED, "anna")
    ended = page.url.partition("/sites")[2]
    return [
        f"/sites{ended}",
        f"{HERE}/staging/publish",
        f"{HERE}/production/publish",
        f"{HERE}/promote",
        f"{HERE}/production/off",
        f"{HERE}/production/releases/2",
        f"{HERE}/production/releases",
    ]


async def test_axe_finds_nothing_in_either_theme_and_every_page_fits_a_phone(page: Page, web: Web) -> None:
    paths = await everything(page, web)
    looks: list[tuple[Literal["light", "dark"], int]] = [("light", 1280), ("dark", 390), ("dark", 1280), ("light", 390)]
    for theme, width in looks:
        await page.emulate_media(color_scheme=theme)
        await page.set_viewport_size({"width": width, "height": 844})
        for path in paths:
            answer = await page.goto(path)
            assert answer is not None
            assert answer.ok, path
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            await page.evaluate(AXE.read_text())
            found = await page.evaluate("axe.run()")
            assert [(path, v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
