"""How a site's own back end signs what it reports, so that nobody else can report it.

The secret of each site follows from the one secret of an installation, and is kept nowhere. May not know where that
one comes from, or how a signature travels.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from domain.names import SiteKey

_DIGEST = "sha256"
_SALT = b"leadbright/site-secret"


def site_secret(secret: str, site: SiteKey) -> str:
    """A site's secret, 43 characters: HKDF with SHA-256 (RFC 5869), the site being the context."""
    drawn = hmac.digest(_SALT, secret.encode(), _DIGEST)
    return _text(hmac.digest(drawn, site.encode() + b"\x01", _DIGEST))


def signature(secret: str, site: SiteKey, nonce: str, at_s: int, body: bytes) -> str:
    """64 hex digits for a beacon that is sent at `at_s`, in seconds since 1970-01-01 UTC."""
    return hmac.new(secret.encode(), f"{at_s}.{site}.{nonce}.".encode() + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, site: SiteKey, nonce: str, at_s: int, body: bytes, claimed: str) -> bool:
    """Whether this is the signature, compared in a time that tells nothing."""
    return hmac.compare_digest(signature(secret, site, nonce, at_s, body), claimed)


def nonce_of(secret: str, order: str) -> str:
    """The nonce of what is reported of an order: the same however often it is reported, and telling nobody which."""
    return _text(hmac.digest(secret.encode(), b"order." + order.encode(), _DIGEST)[:16])


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
