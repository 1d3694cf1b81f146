"""Secrets that a browser carries, and what is kept of them.

May not know where they are kept. Randomness is an argument.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable

Random = Callable[[int], bytes]
"""So many bytes that nobody can guess."""


def new_token(random: Random) -> str:
    """256 random bits, as 43 characters that fit an address or a cookie."""
    return urlsafe_b64encode(random(32)).rstrip(b"=").decode()


def digest(token: str) -> str:
    """What is kept instead of the token."""
    return hashlib.sha256(_bytes(token)).hexdigest()


def form_token(session: str) -> str:
    """What a form of this session must send along: made from its id, which no other page can read."""
    return hmac.new(_bytes(session), b"form", hashlib.sha256).hexdigest()


def same(expected: str, sent: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(_bytes(expected), _bytes(sent))


def derived(secret: str, use: str) -> str:
    """Another secret, made from one for a single use: 43 characters that fit an address."""
    made = hmac.new(_bytes(secret), use.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def _bytes(secret: str) -> bytes:
    """What was sent need not be text: bytes of a header that are none arrive as lone surrogates."""
    return secret.encode("utf-8", "surrogatepass")
