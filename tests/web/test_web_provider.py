"""Signing in by a certified provider, which runs beside: first by its forms alone, then in a real browser."""

from __future__ import annotations

import html
import itertools
import re
import shutil
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

import httpx
import pytest
from playwright.async_api import ConsoleMessage, Page, async_playwright, expect

from tests.services.providers import running_provider
from tests.web.conftest import Web, services_for, serving
from web.app import create_app
from web.openid.provider import Identity, Provider
from web.openid.refusal import Refusal

_NAMES = (f"web_beside_a_provider_{n}" for n in itertools.count())


@dataclass(frozen=True, slots=True)
class House:
    """A web and the provider that people sign in by."""

    web: Web
    address: str
    provider: Provider


Houses = Callable[[str], AbstractAsyncContextManager[House]]


@pytest.fixture
def house(web: Web) -> Houses:
    """Opens a house whose provider signs by the algorithm that is named."""

    @asynccontextmanager
    async def opened(algorithm: str) -> AsyncIterator[House]:
        listening = socket.create_server(("127.0.0.1", 0))
        # Another name than the provider's, so that the two are two sites to a browser.
        address = f"http://localhost:{listening.getsockname()[1]}"
        with running_provider(address, algorithm) as provider:
            # A real provider has a real clock, which runs on however slow this machine is.
            web.clock.run(time.time())
            async with httpx.AsyncHTTPTransport() as net:
                services = services_for(web, address, providers=(provider,), net=net, is_open=True)
                async with serving(create_app(services, next(_NAMES)), listening):
                    yield House(web, address, provider)

    return opened


def _action(page: httpx.Response) -> str:
    found = re.search(r'<form[^>]* action="([^"]+)"', page.text)
    assert found, page.text
    return urljoin(str(page.url), html.unescape(found[1]))


async def agree(client: httpx.AsyncClient, house: House, who: str) -> str:
    """Press our button, sign in at the provider as `who` and agree there; the address that it leads back to."""
    begun = await client.post(f"{house.address}/sign-in/with/company", headers={"sec-fetch-site": "same-origin"})
    found = re.search(r'content="0; url=([^"]+)"', begun.text)
    assert found, begun.text
    page = await client.get(html.unescape(found[1]), follow_redirects=True)
    for fields in ({"prompt": "login", "login": who, "password": "any"}, {"prompt": "consent"}):
        page = await client.post(_action(page), data=fields)
        while page.is_redirect:
            address = urljoin(str(page.url), page.headers["location"])
            if address.startswith(house.address):
                return address
            page = await client.get(address)
    raise AssertionError(page.text)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_whoever_a_real_provider_knows_may_sign_up(house: Houses, algorithm: str) -> None:
    async with house(algorithm) as opened, httpx.AsyncClient(timeout=20) as client:
        answer = await client.get(await agree(client, opened, "anna"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-up")
        page = await client.get(f"{opened.address}/sign-up")
        found = re.search(r'name="arrival" value="([0-9a-f]{64})"', page.text)
        assert found
        typed = {"arrival": found[1], "name": "Shop Ltd", "website": "boots.example"}
        done = await client.post(f"{opened.address}/sign-up", data=typed, headers={"sec-fetch-site": "same-origin"})
        assert done.headers["location"] == "/sites/boots-example?did=signed_up"
        assert await opened.web.store.people.membership(Identity(opened.provider.issuer, "anna")) is not None


async def test_a_real_provider_gives_nothing_for_a_code_twice_or_from_elsewhere(house: Houses) -> None:
    async with house("RS256") as opened, httpx.AsyncClient(timeout=20) as anna:
        back = await agree(anna, opened, "anna")
        assert (await anna.get(back)).status_code == 303
        again = await anna.get(back)
        assert again.status_code == Refusal.NOT_BEGUN_HERE.value[0]
        async with httpx.AsyncClient(timeout=20) as ben:
            theirs, stolen = await agree(ben, opened, "ben"), re.search(r"code=([^&]+)", back)
            assert stolen
            mixed = re.sub(r"code=[^&]+", stolen[0], theirs)
            assert (await ben.get(mixed)).status_code == Refusal.REFUSED_THERE.value[0]


async def test_a_clock_that_is_wrong_by_minutes_signs_nobody_in(house: Houses) -> None:
    async with house("RS256") as opened, httpx.AsyncClient(timeout=20) as client:
        back = await agree(client, opened, "anna")
        opened.web.clock.seconds -= 45
        assert (await client.get(back)).status_code == Refusal.NOT_TRUSTED.value[0]


async def test_the_whole_way_in_a_real_browser(house: Houses) -> None:
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        ours = message.location.get("url", "").startswith("http://localhost:")
        if ours and message.type in {"error", "warning"}:
            complaints.append(message.text)

    async with house("ES256") as opened, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = await browser.new_page(base_url=opened.address)
        page.set_default_timeout(20_000)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto("/sites/boots-example/definition")
        await _through_the_provider(page, "anna")
        await page.get_by_label("What is your account called?").fill("Shop Ltd")
        await page.get_by_label("Your website").fill("https://boots.example/")
        await expect(page.get_by_label("Time zone")).not_to_have_value("")
        await page.get_by_role("button", name="Create account").click()
        await page.wait_for_url("**/sites/boots-example?did=signed_up")
        await expect(page.locator("#install")).to_contain_text("/production/boots-example/lb.js")

        await page.get_by_role("link", name="Account").click()
        await expect(page.get_by_text("this browser")).to_be_visible()
        await page.get_by_role("link", name="Members").click()
        await page.get_by_role("button", name="Make a link").click()
        link = await page.locator("#link").inner_text()
        await _fits(page)

        other = await browser.new_context(base_url=opened.address)
        guest = await other.new_page()
        guest.set_default_timeout(20_000)
        await guest.goto(link)
        await _through_the_provider(guest, "ben")
        await guest.get_by_role("button", name="Join Shop Ltd").click()
        await guest.wait_for_url("**/sites")
        await guest.get_by_role("link", name="Shop Ltd").click()
        await guest.get_by_role("link", name="Edit definition").click()
        await expect(guest.get_by_text("you are viewer here")).to_be_visible()
        await expect(guest.get_by_role("button", name="Publish")).to_have_count(0)

        await page.goto("/account")
        await page.get_by_role("button", name="Sign out", exact=True).first.click()
        await page.wait_for_url("**/sign-in")
        await browser.close()
    assert complaints == []


async def _through_the_provider(page: Page, who: str) -> None:
    await page.get_by_role("button", name="Continue with Company").click()
    await page.locator('input[name="login"]').fill(who)
    await page.locator('input[name="password"]').fill("any")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").click()


async def _fits(page: Page) -> None:
    """Every page of this part, in both themes, and no wider than a phone."""
    looks: list[tuple[Literal["light", "dark"], int]] = [("light", 1280), ("dark", 390)]
    for theme, width in looks:
        await page.emulate_media(color_scheme=theme)
        await page.set_viewport_size({"width": width, "height": 844})
        for path in ("/account", "/account/members"):
            await page.goto(path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
