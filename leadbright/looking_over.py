"""What `publish` does between compiling and publishing: ends the command where a release must not go live.

What is needed is imported when it runs. May not know what is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import click

from leadbright.options import FAILED, WRONG_USAGE
from leadbright.releasing import complain, fail

if TYPE_CHECKING:
    from domain.artifact import ArtifactSet
    from leadbright.browser import Browser
    from leadbright.doubts import Refused
    from leadbright.inspecting import Release


BROWSER = click.option(
    "--browser",
    envvar="LEADBRIGHT_BROWSER",
    default="off",
    show_default=True,
    show_envvar=True,
    help="Try the release before it goes live: the path of a Chromium, auto for one on PATH, or off.",
)


def look_over(artifacts: ArtifactSet, browser: str) -> None:
    """End the command with why, where a release must not go live."""
    from leadbright.doubts import Refused
    from leadbright.inspecting import inspect
    from leadbright.runtime import load_runtime

    at_hand = _at_hand(browser)
    found = inspect(artifacts, load_runtime())
    if isinstance(found, Refused):
        _refuse(found)
    if at_hand is not None:
        _try(found, at_hand)


def _at_hand(wanted: str) -> Browser | None:
    from leadbright.browser import AUTO, NoBrowser, browser_at_hand

    found = browser_at_hand(wanted)
    if not isinstance(found, NoBrowser):
        return found
    if wanted != AUTO:
        fail(f"LEADBRIGHT_BROWSER or --browser: {found.why}; write the path of a Chromium, auto or off", WRONG_USAGE)
    complain(f"no browser tries this release: {found.why}")
    return None


def _try(release: Release, browser: Browser) -> None:
    from leadbright.browser import NoBrowser
    from leadbright.doubts import Refused
    from leadbright.trying import try_in_browser

    tried = try_in_browser(release, browser)
    if isinstance(tried, Refused):
        _refuse(tried)
    if isinstance(tried, NoBrowser):
        fail(f"nothing was published: {tried.why}; --browser off publishes without trying", FAILED)
    complain(f"tried in {browser.path.name}: nothing went wrong for {tried.visitors} visitors of a fixture page")


def _refuse(refused: Refused) -> NoReturn:
    complain(refused.text)
    fail("nothing was published", FAILED)
