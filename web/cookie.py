"""The cookies that carry a session, or a sign-in under way.

May not know what a session is.
"""

from __future__ import annotations

from dataclasses import dataclass

from sanic import Request
from sanic.response import HTTPResponse


@dataclass(frozen=True, slots=True)
class Cookie:
    """`origin` is where people open the web: scheme, host and port."""

    origin: str
    plain_name: str = "leadbright"

    @property
    def is_secure(self) -> bool:
        """Whether the browser may be told to keep it off plain connections."""
        return self.origin.startswith("https://")

    @property
    def name(self) -> str:
        """Browsers hold `__Host-` cookies to this very host and to https."""
        return f"__Host-{self.plain_name}" if self.is_secure else self.plain_name

    def read(self, request: Request) -> str | None:
        """What the browser carries under this very name, and once.

        Sanic's own `get` would take `__Secure-__Host-…` before it, which a page of a sibling host may plant.
        """
        values: list[str] = dict.get(request.cookies, self.name) or []
        return values[0] if len(values) == 1 else None

    def give(self, response: HTTPResponse, secret: str, max_age_s: int) -> None:
        """Have the browser carry it, out of reach of scripts and of other sites' forms."""
        self._set(response, secret, max_age_s)

    def take(self, response: HTTPResponse) -> None:
        """Have the browser forget it."""
        self._set(response, "", 0)

    def _set(self, response: HTTPResponse, value: str, max_age_s: int) -> None:
        response.add_cookie(
            self.name,
            value,
            path="/",
            secure=self.is_secure,
            httponly=True,
            samesite="Lax",
            max_age=max_age_s,
        )
