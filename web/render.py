"""Templates to answers: the one place that makes HTML.

Everything is escaped; a template holds no script and no style. May not know what a page is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from sanic.response import HTTPResponse

from web import words
from web.permission import Permission
from web.sessions.session import Session
from web.tokens import form_token

REFUSALS: Mapping[int, tuple[str, str]] = {
    400: ("That request was not understood", "Go back, reload the page and try again."),
    401: ("You are signed out", "Sign in again; what you had typed is still in the page before this one."),
    403: (
        "That was not sent by this page",
        "Nothing was changed. Reload the page and try again; if it happens again, sign out and in.",
    ),
    404: ("There is no such page", "It may have been renamed. Start again from your sites."),
    405: ("That page cannot do this", "Start again from your sites."),
    413: (
        "That is too large",
        "A definition may hold up to 1 MB. Make it smaller, or split it over several experiments.",
    ),
    429: ("Too many tries", "Wait a minute, then try again. Whoever is signed in stays so."),
    500: ("Something went wrong here", "It was noted. Try again; nothing is half saved."),
    503: ("The database does not answer", "Nothing is lost. Try again in a moment."),
}
"""What a refused request is told: what is, and what to do."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the frame around every page needs to know."""

    session: Session | None = None
    trail: tuple[tuple[str, str], ...] = ()
    """Where the page is: names and addresses, outermost first."""

    @property
    def token(self) -> str:
        """What a form on this page sends along."""
        return "" if self.session is None else form_token(self.session.id)

    def may(self, permission: str) -> bool:
        """Whether whoever reads it may do what the permission of that name is for."""
        return self.session is not None and self.session.may(Permission[permission])


class Renderer:
    """Renders the templates of this package, with the addresses of the current static files."""

    def __init__(self, static: Mapping[str, str]) -> None:
        self._environment = Environment(
            loader=PackageLoader("web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(words.FILTERS)
        self._environment.globals["static"] = dict(static)

    def page(self, template: str, page: Page, *, status: int = 200, **values: Any) -> HTTPResponse:  # noqa: ANN401
        """One page, or one part of a page."""
        body = self._environment.get_template(template).render(page=page, **values)
        return HTTPResponse(body, status=status, content_type="text/html; charset=utf-8")

    def refusal(self, status: int, page: Page) -> HTTPResponse:
        """The page that says why not, and what to do."""
        said, advice = REFUSALS.get(status, REFUSALS[400 if status < 500 else 500])
        return self.page("refusal.html", page, status=status, said=said, advice=advice)

    def forbidden(self, page: Page) -> HTTPResponse:
        """The page for somebody whose role is too small for what they asked."""
        role = page.session.role.value if page.session else "nobody"
        advice = f"You are {role} here. An owner or admin of the account can change that."
        return self.page("refusal.html", page, status=403, said="Your role does not allow that", advice=advice)
