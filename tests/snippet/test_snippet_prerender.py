"""A page that Chromium makes ready by the site's speculation rules: decided at once, counted when it is looked at.

Playwright holds such a page before it runs, so this Chromium is driven by nobody: the pages themselves go on.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.snippet.conftest import ARGUMENTS
from tests.snippet.linking import experiment, linked, plan
from tests.snippet.website import SCRIPT, Website, page

RULES = """
<script type="speculationrules">{"prerender": [{"urls": ["/next"], "eagerness": "immediate"}]}</script>
<script>
  const look = setInterval(async () => {
    if (!(await fetch("/go")).ok) return;
    clearInterval(look);
    location.href = "/next";
  }, 100);
</script>
"""
"""Goes on to the next page once it may."""

MADE = """<script>
  const made = () => {
    const { textContent } = document.querySelector("h1");
    return fetch(`/made/${document.prerendering}/${textContent}/${document.cookie.includes("lb_shop")}`);
  };
  if (document.prerendering) {
    // By then a beacon would have been sent.
    addEventListener("load", () => setTimeout(made, 500));
    document.addEventListener("prerenderingchange", () => setTimeout(made, 0));
  }
</script>"""


@contextmanager
def alone(profile: Path, address: str) -> Iterator[None]:
    """A Chromium with nobody in it, which opens the address."""
    chromium = shutil.which("chromium")
    assert chromium
    flags = [*ARGUMENTS, "--headless=new", "--no-first-run", "--disable-features=Prerender2MemoryControls"]
    process = subprocess.Popen(
        [chromium, *flags, f"--user-data-dir={profile}", address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.chromium_only("other engines make no page ready in advance")
def test_a_page_that_is_made_ready_in_advance_is_counted_once_it_is_looked_at(website: Website, tmp_path: Path) -> None:
    hero = experiment("hero", [["text", "h1", "Buy now"]])
    website.script = linked(plan(relay=website.relay_address, experiments=[hero]))
    website.pages["/"] = page(head=RULES)
    website.pages["/next"] = page(head=MADE + SCRIPT)
    with alone(tmp_path / "profile", website.address):
        website.wait_for_request("/made/true/Buy%20now/false")
        assert website.relay.attempts == 0
        website.pages["/go"] = page()
        website.wait_for_request("/made/false/Buy%20now/true")
        website.relay.wait_for_beacons(1)
    assert website.relay.counted()[:4] == [["visit", 0, 3], ["session"], ["view"], ["exp", "hero", "bold"]]
