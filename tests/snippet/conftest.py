"""A real Chromium, a website to visit, and visitors to whom no error may ever show."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.snippet.website import Website, page

ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    # Otherwise navigator.webdriver is true, and experiments rightly do not run.
    "--disable-blink-features=AutomationControlled",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each visitor is a context of it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def website() -> Iterator[Website]:
    """A shop with three pages that are alike, and no snippet yet."""
    site = Website()
    site.pages = {path: page() for path in ("/", "/list", "/thanks")}
    yield site
    site.close()


@pytest.fixture
def new_visitor(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes visitors, given what Playwright's `new_context` takes; at the end no page of theirs may have failed."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(script: str = "", **options: object) -> BrowserContext:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.on("weberror", lambda error: errors.append(str(error.error)))
        if script:
            context.add_init_script(script)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def visitor(new_visitor: Callable[..., BrowserContext]) -> BrowserContext:
    """A visitor who has never been there."""
    return new_visitor()
