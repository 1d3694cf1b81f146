"""One installation with the demo shop, and the real Chromium of the snippet's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.services.house import House
from tests.snippet.conftest import any_visitor as new_robot
from tests.snippet.conftest import chromium

__all__ = ["browser", "house", "new_robot", "new_visitor"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each visitor is a context of it."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Aggregator, relay with the CDN, and the shop; the shop's experiments are published."""
    house = House(tmp_path_factory.mktemp("house"))
    try:
        house.publish_shop()
        house.start("aggregator", "relay", "demo-shop")
        yield house
    finally:
        house.stop()


@pytest.fixture
def new_visitor(browser: Browser, new_robot: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """Makes visitors who do not say of themselves that nobody sits in front of their browser."""
    major = browser.version.partition(".")[0]
    agent = f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"

    def make(script: str = "", **options: object) -> BrowserContext:
        return new_robot(script, user_agent=agent, **options)

    return make
