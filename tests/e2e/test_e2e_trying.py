"""A release is tried in a real browser before it goes live: what throws, hangs or changes the original is refused."""

from __future__ import annotations

import json
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from config_compiler.compiler import Compiled, Deployment, compile_site
from config_compiler.source import Source
from domain.artifact import ArtifactSet
from leadbright.browser import Browser, NoBrowser, browser_at_hand
from leadbright.cli import APP
from leadbright.doubts import Doubt, Refused
from leadbright.fixture_page import SCRIPT_PATH, element_for
from leadbright.inspecting import Release, inspect
from leadbright.runtime import load_runtime
from leadbright.trying import Tried, Visitor, try_in_browser, visitors_of

SITE = """
site: shop
name: Shop
domains: ["*.shop.example"]
consent: CONSENT
goals: [{key: buy, on: {click: "#buy"}}]
"""

HERO = """
experiment: hero
name: Hero
status: running
pages: {include: ["/boots"]}
audience: {device: mobile}
schedule: {start: "2031-01-01T00:00", end: "2031-02-01T00:00"}
goals: {primary: buy}
variations:
  - {key: control, weight: 50%}
  - {key: bold, weight: 50%, changes: [{select: "#buy", text: "Buy now"}]}
"""


def release(consent: str = "none", hero: str = HERO) -> Release:
    files = {"site.yaml": SITE.replace("CONSENT", consent), "experiments/hero.yaml": hero}
    made = compile_site(Source(files), None, load_runtime(), Deployment("https://relay.example"))
    assert isinstance(made, Compiled), made.findings
    found = inspect(made.artifacts, load_runtime())
    assert isinstance(found, Release)
    return found


def with_script(script: str) -> Release:
    """The release with another `lb.js`, past all that could be found without a browser."""
    sound = release()
    files = (replace(a, body=script.encode()) if a.name == "lb.js" else a for a in sound.artifacts.artifacts)
    return replace(sound, artifacts=ArtifactSet(sound.artifacts.site, tuple(files)))


@pytest.fixture(scope="module")
def chromium() -> Browser:
    found = browser_at_hand("auto")
    assert isinstance(found, Browser)
    return found


@pytest.mark.parametrize("consent", ["none", "required"])
def test_a_sound_release_is_tried_by_all_its_visitors(consent: str, chromium: Browser) -> None:
    always = HERO.replace("audience: {device: mobile}\n", "").replace('"2031-', '"2021-', 1)
    assert try_in_browser(release(consent, always), chromium) == Tried(3)


class Impatient(Browser):
    """Waits long for whatever comes to rest, and briefly for what never will."""

    def page(self, url: str, port: int) -> str | NoBrowser:
        script = httpx.get(f"http://127.0.0.1:{port}{SCRIPT_PATH}").text
        has_it = SCRIPT_PATH in httpx.get(f"http://127.0.0.1:{port}/").text
        patience_s = 3.0 if has_it and script == HANGING else self.deadline_s
        return Browser(self.path, patience_s).page(url, port)


HANGING = "for(;;);"

REFUSED = {
    "throw new Error('no luck')": (Doubt.THROWS, "'Uncaught Error: no luck'"),
    "const = 1": (Doubt.THROWS, "SyntaxError"),
    "Promise.reject(new Error('later'))": (Doubt.THROWS, "'Error: later'"),
    "": (Doubt.SILENT, "had no window.leadbright"),
    "window.leadbright={on:1};addEventListener('load',()=>document.querySelector('h1').append('!'))": (
        Doubt.OTHER_PAGE,
        "instead of",
    ),
    HANGING: (Doubt.SILENT, "saw a page that never came to rest"),
}


@pytest.mark.parametrize("script", REFUSED)
def test_what_would_hurt_a_page_is_refused(script: str, chromium: Browser) -> None:
    doubt, said = REFUSED[script]
    found = try_in_browser(with_script(script), Impatient(chromium.path))
    assert isinstance(found, Refused)
    assert found.doubt is doubt
    assert "on http://www.shop.example/" in found.what
    assert said in found.what


def test_who_tries_what() -> None:
    plan = release().plan
    in_control, on_boots, in_bold = visitors_of(plan, "http://shop.example")
    assert (in_control.url, in_control.sees) == ("http://shop.example/", "")
    assert (on_boots.url, on_boots.sees) == ("http://shop.example/boots", "")
    assert in_bold == Visitor("http://shop.example/boots", in_bold.seed, "hero/bold")


ELEMENTS = {
    "#buy": '<p id="buy">Some words</p>',
    "a.b.c[href^='/x']": '<a class="b c" href="/x">Some words</a>',
    "ul.features > li:first-child, p": '<ul class="features"><li>Some words</li></ul>',
    "p a": "<div><a>Some words</a></div>",
    "form input[name=q]": '<form><input name="q"></form>',
    "body h1": "<h1>Some words</h1>",
    '[title="<b>&"]': '<p title="&lt;b&gt;&amp;">Some words</p>',
    ":is(a, b)": "",
    "*": "",
}


@pytest.mark.parametrize("selector", ELEMENTS)
def test_a_fixture_has_what_a_selector_names(selector: str) -> None:
    assert element_for(selector) == ELEMENTS[selector]


def publish(tmp_path: Path, browser: str) -> Result:
    folder = tmp_path / "shop/experiments"
    folder.mkdir(parents=True, exist_ok=True)
    (folder.parent / "site.yaml").write_text(SITE.replace("CONSENT", "none"))
    to = (tmp_path / "cdn").as_uri()
    arguments = ["publish", str(folder.parent), "--to", to, "--json", "--browser", browser]
    # In a thread of its own: Playwright's synchronous interface, of other tests here, has a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(CliRunner().invoke, APP, arguments).result()


def test_publishing_has_a_release_tried_where_it_is_asked_to(tmp_path: Path) -> None:
    done = publish(tmp_path, shutil.which("chromium") or "chromium")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["outcome"] == "published"
    assert done.stderr == "tried in chromium: nothing went wrong for 1 visitors of a fixture page\n"


def test_a_browser_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    done = publish(tmp_path, "/nowhere/chromium")
    assert done.exit_code == 2
    assert done.stderr.startswith('LEADBRIGHT_BROWSER or --browser: "/nowhere/chromium" is no program; write')


def test_a_browser_that_does_not_start_stops_the_release(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    done = publish(tmp_path, str(broken))
    assert done.exit_code == 1
    assert (
        done.stderr == f"nothing was published: {broken} ends with status 3; --browser off publishes without trying\n"
    )


def test_without_any_browser_on_the_path_it_is_said_and_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert isinstance(browser_at_hand("auto"), NoBrowser)
    done = publish(tmp_path, "auto")
    assert done.exit_code == 0
    assert done.stderr.startswith("no browser tries this release: none of chromium, ")
