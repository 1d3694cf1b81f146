"""A real browser, a website to visit, and visitors to whom no error may ever show.

`--engine firefox` runs the same tests in Firefox. What cannot be run there is marked `chromium_only` with a reason,
left out and named at the end.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.snippet.bidi import firefox
from tests.snippet.firefox import EVENTS, Firefox
from tests.snippet.website import Website, page

ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    # Otherwise navigator.webdriver is true, and experiments rightly do not run.
    "--disable-blink-features=AutomationControlled",
]
LEFT_OUT = pytest.StashKey[list[str]]()
OPS = Path(__file__).parents[2] / "snippet/src/ops.ts"
# Three seconds after a page is there it tells how its ops went: in the middle of a test, on a machine that is slow.
UNTOLD = """{
  const later = setTimeout;
  window.setTimeout = (act, ms, ...given) => (ms === %s ? 0 : later(act, ms, ...given));
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@contextmanager
def _firefox() -> Iterator[Firefox]:
    with firefox(EVENTS) as wire:
        yield Firefox(wire)


ENGINES: Mapping[str, Callable[[], AbstractContextManager[Browser | Firefox]]] = {
    "chromium": chromium,
    "firefox": _firefox,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The browser to run in."""
    parser.addoption("--engine", choices=sorted(ENGINES), default="chromium")


def pytest_configure(config: pytest.Config) -> None:
    """Marks of this folder."""
    config.addinivalue_line("markers", "chromium_only(reason): a fact about what only Chromium has, or can be told")
    config.addinivalue_line("markers", "patience: pages act on what has not come in three seconds, and tell of it")
    config.stash[LEFT_OUT] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot be run in this engine."""
    if config.getoption("--engine") == "chromium":
        return
    only = {item: mark for item in items if (mark := item.get_closest_marker("chromium_only"))}
    config.stash[LEFT_OUT] = [f"{item.nodeid}: {mark.args[0]}" for item, mark in only.items()]
    config.hook.pytest_deselected(items=list(only))
    items[:] = [item for item in items if item not in only]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was left out, with the reason."""
    for line in config.stash[LEFT_OUT]:
        terminalreporter.write_line(f"in Chromium alone: {line}")


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser | Firefox]:
    """One browser for all tests; each visitor is a context of it."""
    with ENGINES[request.config.getoption("--engine", "chromium")]() as browser:
        yield browser


@pytest.fixture
def website() -> Iterator[Website]:
    """A shop with three pages that are alike, and no snippet yet."""
    site = Website()
    site.pages = {path: page() for path in ("/", "/list", "/thanks")}
    yield site
    site.close()


@pytest.fixture
def any_visitor(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
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
def new_visitor(
    any_visitor: Callable[..., BrowserContext], request: pytest.FixtureRequest
) -> Callable[..., BrowserContext]:
    """Makes visitors in whose pages no three seconds ever end, unless the test is marked `patience`."""
    if request.node.get_closest_marker("patience"):
        return any_visitor
    [patience_ms] = re.findall(r"const PATIENCE_MS = ([0-9_]+);", OPS.read_text("utf-8"))
    untold = UNTOLD % patience_ms
    return lambda script="", **options: any_visitor(f"{untold};{script}", **options)


@pytest.fixture
def visitor(new_visitor: Callable[..., BrowserContext]) -> BrowserContext:
    """A visitor who has never been there."""
    return new_visitor()
