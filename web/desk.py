"""What a page works with: the services, the definitions understood, and the renderer.

May not know which page it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from sanic import Request

from domain.names import SiteKey, is_key
from web.cookie import Cookie
from web.definitions import Definitions
from web.guard import session_of
from web.releasing.contents import Contents
from web.releasing.proposing import Proposals
from web.releasing.works import Works
from web.render import Page, Renderer
from web.services import Services
from web.store import SiteEntry


@dataclass(frozen=True, slots=True)
class Desk:
    """One per app."""

    services: Services
    definitions: Definitions
    renderer: Renderer
    cookie: Cookie
    arrival: Cookie
    """Carries what proves that whoever comes back from a provider is who was sent there."""
    contents: Contents
    proposals: Proposals
    works: Works

    async def site(self, key: str) -> SiteEntry | None:
        """The site of that key, if there is one."""
        return await self.services.store.site(SiteKey(key)) if is_key(key) else None


def framed(request: Request, *trail: tuple[str, str]) -> Page:
    """The frame around a page for whoever asked for it."""
    return Page(session_of(request), (("Sites", "/sites"), *trail))
