"""Whom people may sign in by, as an operator has set it up.

May not know how a provider is spoken to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeGuard
from urllib.parse import urlsplit

GITHUB = "https://github.com"
"""Speaks OAuth 2 alone: who somebody is has to be asked for. As an issuer it stands for all GitHub's addresses."""

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Provider:
    """One of them; `key` is part of addresses, `label` is what people read."""

    key: str
    label: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)

    @property
    def speaks_openid(self) -> bool:
        """Whether it says who somebody is by a signed token."""
        return self.issuer != GITHUB


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is: an opaque name within an issuer. Nothing else of a person is ever asked for or kept."""

    issuer: str
    subject: str


def is_safe(address: object) -> TypeGuard[str]:
    """Whether this is an address to which a secret may be sent: over https, or on this very machine."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.username is not None or not address.isascii() or not address.isprintable() or " " in address:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _HERE)


def is_subject(value: object) -> TypeGuard[str]:
    """Whether this can be somebody's name within an issuer (OpenID Connect Core 2: at most 255 ASCII characters)."""
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isascii() and value.isprintable()
