"""Firefox as Playwright would drive it, which it cannot: the part of its Browser, BrowserContext and Page that the
tests use, over WebDriver BiDi.

May not know any test. What is missing here raises AttributeError: write it, or mark the test with why it cannot be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import SimpleNamespace
from urllib.parse import urlsplit

from tests.snippet.bidi import PATIENCE_S, Json, Refused, Wire
from tests.snippet.remote_values import from_remote, to_remote

EVENTS = [
    "browsingContext.contextCreated",
    "browsingContext.contextDestroyed",
    "browsingContext.navigationCommitted",
    "log.entryAdded",
]
# Otherwise navigator.webdriver is true, and experiments rightly do not run. Firefox has no preference for it.
UNDRIVEN = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false, configurable: true})"
# What Firefox remarks on beside errors that were thrown.
REMARKS = ("Content-Security-Policy: ", "Cookie “")
KEYS = {"Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c"}

# Like Playwright's, a selector looks into open shadow trees.
FIND = """(selector => {
    const within = root => root.querySelector(selector) ??
        [...root.querySelectorAll("*")].map(e => e.shadowRoot && within(e.shadowRoot)).find(Boolean);
    return within(document);
})"""

_FUNCTION = re.compile(r"\s*(async\b\s*)?(function\b|\w+\s*=>|\([^()]*\)\s*=>)")


class Firefox:
    """A browser; each visitor is a user context of it."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._visitors: dict[str, Visitor] = {}
        self._tabs: dict[str, Tab] = {}
        wire.heard.append(self._hear)

    def new_context(
        self,
        user_agent: str = "",
        viewport: dict[str, int] | None = None,
        locale: str = "",
        timezone_id: str = "",
    ) -> Visitor:
        """A visitor who has never been anywhere."""
        id_ = self.wire.command("browser.createUserContext")["userContext"]
        wanted: list[tuple[str, str, Json]] = [
            ("emulation.setUserAgentOverride", "userAgent", user_agent),
            ("emulation.setLocaleOverride", "locale", locale),
            ("emulation.setTimezoneOverride", "timezone", timezone_id),
            ("browsingContext.setViewport", "viewport", viewport),
        ]
        for method, name, value in wanted:
            if value:
                self.wire.command(method, **{name: value}, userContexts=[id_])
        visitor = Visitor(self.wire, id_)
        self._visitors[id_] = visitor
        visitor.add_init_script(UNDRIVEN)
        return visitor

    def new_page(self) -> Tab:
        """A tab of a visitor of its own."""
        return self.new_context().new_page()

    def _hear(self, event: str, said: Json) -> None:
        match event:
            case "browsingContext.contextCreated" if said["parent"] is None:
                visitor = self._visitors.get(said["userContext"])
                if visitor:
                    self._tabs[said["context"]] = visitor.opened(said["context"])
            case "browsingContext.contextDestroyed" if tab := self._tabs.pop(said["context"], None):
                tab.visitor.pages.remove(tab)
            case "browsingContext.navigationCommitted" if tab := self._tabs.get(said["context"]):
                tab.committed.append(said["navigation"])
            case "log.entryAdded" if tab := self._tabs.get(said["source"].get("context")):
                tab.logged(said)


@dataclass(eq=False)
class Visitor:
    """One cookie jar and its tabs."""

    wire: Wire
    id: str
    pages: list[Tab] = field(default_factory=list)
    _errors: list[Callable[[Json], None]] = field(default_factory=list)

    def on(self, event: str, heard: Callable[[Json], None]) -> None:
        """Hear of errors that no page caught."""
        assert event == "weberror", event
        self._errors.append(heard)

    def threw(self, text: str) -> None:
        """A page did not catch an error."""
        for heard in self._errors:
            heard(SimpleNamespace(error=text))

    def opened(self, id_: str) -> Tab:
        """A tab is there."""
        tab = Tab(self.wire, self, id_)
        self.pages.append(tab)
        return tab

    def add_init_script(self, script: str) -> None:
        """Run this before any script of any page from now on."""
        self.wire.command("script.addPreloadScript", functionDeclaration=f"() => {{{script}}}", userContexts=[self.id])

    def new_page(self) -> Tab:
        """A tab, empty as yet."""
        id_ = self.wire.command("browsingContext.create", type="tab", userContext=self.id)["context"]
        self.wire.wait(lambda: any(tab.id == id_ for tab in self.pages), "a new tab")
        return next(tab for tab in self.pages if tab.id == id_)

    def close(self) -> None:
        """End all of it."""
        self.wire.command("browser.removeUserContext", userContext=self.id)

    @property
    def _jar(self) -> Json:
        return {"type": "storageKey", "userContext": self.id}

    def cookies(self) -> list[Json]:
        """All cookies, as Playwright writes them."""
        found = self.wire.command("storage.getCookies", partition=self._jar)["cookies"]
        return [
            {
                **{name: cookie[name] for name in ("name", "domain", "path", "httpOnly", "secure")},
                "value": cookie["value"]["value"],
                "sameSite": cookie["sameSite"].capitalize(),
                "expires": cookie.get("expiry", -1),
            }
            for cookie in found
        ]

    def add_cookies(self, cookies: Sequence[dict[str, str]]) -> None:
        """Put these in, each for a URL, or for a domain and a path."""
        for cookie in cookies:
            place = urlsplit(cookie.get("url", ""))
            partial = {
                "name": cookie["name"],
                "value": {"type": "string", "value": cookie["value"]},
                "domain": cookie.get("domain", place.hostname),
                "path": cookie.get("path", "/"),
            }
            self.wire.command("storage.setCookie", cookie=partial, partition=self._jar)

    def clear_cookies(self) -> None:
        """Take all out."""
        self.wire.command("storage.deleteCookies", partition=self._jar)


@dataclass(eq=False)
class Tab:
    """A tab and the page that it shows."""

    wire: Wire
    visitor: Visitor
    id: str
    committed: list[str] = field(default_factory=list)
    _console: list[Callable[[Json], None]] = field(default_factory=list)

    @property
    def context(self) -> Visitor:
        """Whose tab it is."""
        return self.visitor

    @property
    def keyboard(self) -> Keyboard:
        """Its keys."""
        return Keyboard(self)

    @property
    def url(self) -> str:
        """Where it is."""
        [found] = self.wire.command("browsingContext.getTree", root=self.id, maxDepth=0)["contexts"]
        return str(found["url"])

    def on(self, event: str, heard: Callable[[Json], None]) -> None:
        """Hear what is written to the console."""
        assert event == "console", event
        self._console.append(heard)

    def logged(self, entry: Json) -> None:
        """The browser wrote this down about the page."""
        if entry["type"] == "javascript" and entry["level"] == "error" and not entry["text"].startswith(REMARKS):
            self.visitor.threw(entry["text"])
        for heard in self._console:
            heard(SimpleNamespace(text=entry["text"], type=entry.get("method", entry["level"])))

    def goto(self, url: str, wait_until: str = "load", timeout: float = 1000 * PATIENCE_S) -> None:
        """Go there, and wait until the page is loaded, or has at least begun."""
        self._arrive("navigate", wait_until, timeout, url=url)

    def set_viewport_size(self, size: Mapping[str, int]) -> None:
        """How much of the page is seen."""
        self.wire.command("browsingContext.setViewport", context=self.id, viewport=dict(size))

    def reload(self, wait_until: str = "load") -> None:
        """Load the page anew."""
        self._arrive("reload", wait_until)

    def go_back(self, wait_until: str = "load") -> None:
        """Go back by one page. One that was kept whole is brought back and not navigated to: the address tells."""
        before = self.url
        self.wire.command("browsingContext.traverseHistory", context=self.id, delta=-1)
        self.wire.wait(lambda: self.url != before, "the page before")
        if wait_until != "commit":
            self.wait_for_load_state()

    @contextmanager
    def expect_navigation(self, wait_until: str = "load", timeout: float = 1000 * PATIENCE_S) -> Iterator[None]:
        """Wait, at the end, until another page has come."""
        before = len(self.committed)
        yield
        self.wire.wait(lambda: len(self.committed) > before, "another page", timeout / 1000)
        if wait_until != "commit":
            self.wait_for_load_state()

    def _arrive(self, method: str, wait_until: str, timeout: float = 1000 * PATIENCE_S, **where: str) -> None:
        """Go, and wait for this very navigation: that of a click before may be told of only now."""
        begun = self.wire.command(f"browsingContext.{method}", context=self.id, wait="none", **where)["navigation"]
        self.wire.wait(lambda: begun in self.committed, "the page", timeout / 1000)
        if wait_until != "commit":
            self.wait_for_load_state()

    def wait_for_load_state(self) -> None:
        """Wait until the page is loaded."""
        self.wait_for_function("document.readyState === 'complete'")

    def wait_for_url(self, url: str) -> None:
        """Wait until the page there, or at an address like it, is loaded."""
        self.wire.wait(lambda: fnmatchcase(self.url, url.replace("?", "[?]")), url)
        self.wait_for_load_state()

    def wait_for_function(self, script: str, arg: Json = None, timeout: float = 1000 * PATIENCE_S) -> None:
        """Wait until it is true of the page."""
        self.wire.wait(lambda: self.evaluate(script, arg), script, timeout / 1000)

    def wait_for_selector(self, selector: str, state: str = "visible") -> None:
        """Wait until there is such an element, to be seen if not said otherwise."""
        seen = "element => element && (state === 'attached' || element.checkVisibility({visibilityProperty: true}))"
        self.wait_for_function(f"([selector, state]) => ({seen})({FIND}(selector))", [selector, state])

    def evaluate(self, script: str, arg: Json = None) -> Json:
        """What a script gives: a function called with `arg`, an expression or statements."""
        how = {"target": {"context": self.id}, "awaitPromise": True, "userActivation": True}
        if _FUNCTION.match(script):
            call = {"functionDeclaration": f"arg => ({script})(arg)", "arguments": [to_remote(arg)]}
            answer = self.wire.command("script.callFunction", **call, **how)
        else:
            answer = self.wire.command("script.evaluate", expression=script, **how)
        if answer["type"] == "exception":
            raise Refused(f"{script}: {answer['exceptionDetails']['text']}")
        return from_remote(answer["result"])

    def _of(self, selector: str, value: str) -> Json:
        """A value of the first such element, once there is one."""
        self.wait_for_selector(selector, "attached")
        return self.evaluate(f"selector => {{ const e = {FIND}(selector); return {value} }}", selector)

    def inner_text(self, selector: str) -> str:
        """Its text as a visitor would copy it."""
        return str(self._of(selector, "e.innerText"))

    def inner_html(self, selector: str) -> str:
        """Its content."""
        return str(self._of(selector, "e.innerHTML"))

    def get_attribute(self, selector: str, name: str) -> str | None:
        """One of its attributes."""
        value: str | None = self._of(selector, f"e.getAttribute({name!r})")
        return value

    def locator(self, selector: str) -> Elements:
        """All such elements."""
        return Elements(self, selector)

    def query_selector(self, selector: str) -> Elements | None:
        """Such an element, or None."""
        found = self.locator(selector)
        return found if found.count() else None

    def click(self, selector: str) -> None:
        """Click into the middle of it."""
        self.wait_for_selector(selector)
        middle = "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2].map(Math.floor)"
        script = f"selector => {{ const e = {FIND}(selector); e.scrollIntoView({{block: 'nearest'}}); {middle} }}"
        x, y = self.evaluate(script, selector)
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._act("pointer", [{"type": "pointerMove", "x": x, "y": y}, *press])

    def focus(self, selector: str) -> None:
        """Put the cursor there."""
        self._of(selector, "e.focus()")

    def fill(self, selector: str, text: str) -> None:
        """Have it hold a text."""
        self._of(selector, f"(e.value = {text!r}, e.dispatchEvent(new InputEvent('input', {{bubbles: true}})))")

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        self._act("key", [{"type": kind, "value": KEYS.get(key, key)} for kind in ("keyDown", "keyUp")])

    def bring_to_front(self) -> None:
        """Look at it."""
        self.wire.command("browsingContext.activate", context=self.id)

    def close(self) -> None:
        """End it."""
        self.wire.command("browsingContext.close", context=self.id)
        self.wire.wait(lambda: self not in self.visitor.pages, "a tab to close")

    def _act(self, kind: str, actions: list[Json]) -> None:
        steps = [{"type": kind, "id": kind, "actions": actions}]
        self.wire.command("input.performActions", context=self.id, actions=steps)


@dataclass(frozen=True)
class Keyboard:
    """The keys of a tab."""

    tab: Tab

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        self.tab.press(key)


@dataclass(frozen=True)
class Elements:
    """All elements of a page that match."""

    tab: Tab
    selector: str

    def count(self) -> int:
        """How many there are."""
        return int(self.tab.evaluate("selector => document.querySelectorAll(selector).length", self.selector))

    def all_inner_texts(self) -> list[str]:
        """The text of each."""
        texts = "selector => Array.from(document.querySelectorAll(selector), element => element.innerText)"
        found: list[str] = self.tab.evaluate(texts, self.selector)
        return found
