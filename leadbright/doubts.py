"""Why a release does not go live: a closed set, each with a code, and what to do about it.

May not know how any of it is found out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Doubt(Enum):
    """Why a release does not go live. A closed set; the names are for scripts."""

    UNREAD = ("P101", "config.json is not read as it was written")
    STRANGE = ("P102", "lb.js is not this snippet with a plan in it")
    OTHER_PLAN = ("P103", "lb.js carries another plan than config.json")
    OTHER_VARIATION = ("P104", "lb.js deals a visitor out otherwise than the compiler")
    UNKNOWN_TO_RELAYS = ("P105", "relay.json does not know what the plan has")
    THROWS = ("P201", "a page with lb.js in it reports an error")
    SILENT = ("P202", "lb.js does not begin in a browser")
    OTHER_PAGE = ("P203", "visitors in control see another page")

    @property
    def code(self) -> str:
        """What it is called."""
        return self.value[0]

    @property
    def title(self) -> str:
        """What is wrong, in a few words."""
        return self.value[1]

    @property
    def page(self) -> str:
        """What `leadbright explain` says."""
        return f"# {self.code}: {self.title}\n\n{ABOUT[self.code[:2]]}\n\nWhat to do: {HINTS[self.code[:2]]}."


HINTS: dict[str, str] = {
    "P1": "build the snippet anew (make setup), then publish again; if it stays, it is a fault of Leadbright to report",
    "P2": "leadbright compile writes the same files to a folder, to look at; --browser off publishes without trying",
}
"""What to do about it, by how the code begins."""


ABOUT: dict[str, str] = {
    "P1": "Before a release goes live its files are read back, as browsers and relays will read them, and held against "
    "each other. They did not agree, which no definition can cause: nothing was published.",
    "P2": "With --browser, visitors of a fixture page try a release in a real browser before it goes live. What they "
    "found would be found by real visitors too: nothing was published.",
}
"""What a code means, by how it begins."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The release does not go live."""

    doubt: Doubt
    what: str

    @property
    def text(self) -> str:
        """Two lines for the person who publishes."""
        hint = HINTS[self.doubt.code[:2]]
        return f"error[{self.doubt.code}]: {self.doubt.title}: {self.what}\n  = hint: {hint}"

    @property
    def sentence(self) -> str:
        """The same on one line, for a page."""
        hint = HINTS[self.doubt.code[:2]]
        return f"Nothing was published. {self.doubt.code}: {self.doubt.title}: {self.what}. What to do: {hint}."
