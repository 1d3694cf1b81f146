"""An experiment without YAML in a real browser: from a pattern to a form, an overlap mended, a revision restored."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.web.conftest import Web
from tests.web.sample import HERO, SHOP
from tests.web.test_web_browser import REFUSED, expected, htmx, page

__all__ = ["expected", "htmx", "page"]

AXE = Path(__file__).parents[2] / "snippet" / "node_modules" / "axe-core" / "axe.min.js"
LIST = f"/sites/{SHOP}/experiments"


async def text_of(web: Web, key: str) -> str:
    """An experiment's file in the newest revision."""
    newest = await web.store.definition(SHOP)
    assert newest is not None
    return newest.files[f"experiments/{key}.yaml"]


async def test_an_experiment_from_a_pattern_to_a_restored_revision(page: Page, web: Web, expected: list[str]) -> None:
    await page.goto(LIST)
    await page.get_by_role("link", name="New experiment").click()
    await page.get_by_role("link", name="Another headline").click()
    await page.get_by_label("Name").fill("Bolder headline")
    await page.get_by_label("Which headline").fill("h1.hero")
    await page.get_by_label("The new headline").fill("Buy today")
    await page.get_by_role("button", name="Add as a draft").click()
    await expect(page.get_by_text("Added as a draft")).to_be_visible()

    await page.get_by_label("Status").select_option("running")
    expected.append(REFUSED)
    await page.get_by_role("button", name="Save", exact=True).click()
    said = page.locator('[id="said-v1.c0.select"]')
    await expect(said).to_contain_text("a visit to https://shop.example/ can be in both")
    await expect(page.get_by_label("Status")).to_have_value("running")
    await page.get_by_label("Pages").fill("/offers/*")
    await page.get_by_role("button", name="Add a change").last.click()
    await page.locator('[name="v1.c1.select"]').fill("#cta")
    await page.locator('[name="v1.c1.p0.effect"]').select_option("Change the style")
    await page.locator('[name="v1.c1.p0.value"]').fill("color: #c33")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Visitors see nothing of it until you publish")).to_be_visible()
    written = await text_of(web, "bolder-headline")
    assert 'include: ["/offers/*"]' in written
    assert 'style: {color: "#c33"}' in written
    assert await text_of(web, "hero") == HERO

    await page.get_by_role("link", name="Revisions").click()
    await page.get_by_role("link", name="Revision 2").click()
    await expect(page.get_by_text("is new, draft, with control 50 %, variation 50 %")).to_be_visible()
    await page.get_by_role("button", name="Restore revision 2").click()
    await expect(page.get_by_text("Restored, as a new revision")).to_be_visible()
    assert "status: draft" in await text_of(web, "bolder-headline")


async def test_stopping_and_copying_by_buttons(page: Page, web: Web) -> None:
    await page.goto(f"{LIST}/hero/life")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_text("Visitors see the original once you publish")).to_be_visible()
    await page.get_by_role("button", name="Copy as a draft").click()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Copy of Hero headline")
    assert "status: stopped" in await text_of(web, "hero")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
async def test_axe_finds_nothing_and_every_page_fits(
    page: Page, expected: list[str], theme: Literal["light", "dark"], width: int
) -> None:
    await page.emulate_media(color_scheme=theme)
    await page.set_viewport_size({"width": width, "height": 844})
    places = ("", "/hero/edit", "/hero/life", "/../revisions", "/../revisions/1", "/../new-experiment?pattern=button")
    for path in places:
        answer = await page.goto(f"{LIST}{path}")
        assert answer is not None
        assert answer.ok
        await _is_clean(page, width)
    for path in ("/account", "/account/audit", "/account/audit?who=nobody"):
        await page.goto(path)
        await _is_clean(page, width)
    await page.goto(f"{LIST}/hero/edit")
    await page.locator('[name="v1.weight"]').fill("40")
    await page.locator('[name="v1.c0.select"]').fill("h1[")
    expected.append(REFUSED)
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("button", name="Save all the same")).to_be_visible()
    await _is_clean(page, width)


async def _is_clean(page: Page, width: int) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run()")
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
