"""A token that says who somebody is, taken only where everything about it is as it must be.

OpenID Connect Core 3.1.3.7, made narrower: one audience, three algorithms, a key that is named. May not know how a
token came, or where keys are fetched.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from web.openid.provider import is_subject
from web.openid.refusal import Untrusted

LEEWAY_S = 30
"""How far clocks may differ."""
OLDEST_S = 600
"""How long ago a token may have been made."""
LONGEST = 16_384
WEAKEST_RSA = 2048

Key = RSAKey | ECKey | OKPKey | OctKey
Claims = Mapping[str, Any]

_HEADER = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
"""What a header may hold: nothing that brings a key along (jwk, jku, x5c, x5u), nothing critical (crit)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must answer to, at this moment (seconds since 1970-01-01 UTC)."""

    issuer: str
    audience: str
    nonce: str
    now: float


@dataclass(frozen=True, slots=True)
class Header:
    """The key that a token says it is signed with, and how."""

    algorithm: str
    key_id: str


def read_header(token: object) -> Header | Untrusted:
    """What a token says of its signature."""
    if not isinstance(token, str) or len(token) > LONGEST or token.count(".") != 2:
        return Untrusted.MALFORMED
    try:
        head = token.partition(".")[0]
        header = msgspec.json.decode(urlsafe_b64decode(head + "=" * (-len(head) % 4)), type=dict[str, Any])
    except (ValueError, msgspec.MsgspecError):
        return Untrusted.MALFORMED
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in _FITS:
        return Untrusted.ALGORITHM
    if not isinstance(key_id, str) or not key_id or not header.keys() <= _HEADER:
        return Untrusted.HEADER
    return Header(algorithm, key_id)


def verify(token: str, header: Header, key: Key, expected: Expected) -> str | Untrusted:
    """The subject of a token."""
    if not _FITS[header.algorithm](key):
        return Untrusted.KEY
    try:
        claims = jwt.decode(token, key, algorithms=[header.algorithm]).claims
    except (JoseError, ValueError):
        return Untrusted.SIGNATURE
    wrong = next((why for why, is_right in _CHECKS if not is_right(claims, expected)), None)
    return str(claims["sub"]) if wrong is None else wrong


def read_keys(document: Mapping[str, Any]) -> dict[str, Key]:
    """The public keys of a provider that can sign such a token, by their names; others are left out."""
    found: dict[str, Key] = {}
    listed = document.get("keys")
    for each in listed if isinstance(listed, list) else ():
        key_id = each.get("kid") if isinstance(each, dict) else None
        if isinstance(key_id, str) and each.get("use", "sig") == "sig" and each.get("kty") in ("RSA", "EC", "OKP"):
            try:
                key = KeySet.import_key_set({"keys": [each]}).keys[0]
            except (JoseError, ValueError, TypeError, KeyError):
                continue
            if any(fits(key) for fits in _FITS.values()):
                found[key_id] = key
    return found


def _is_rsa(key: Key) -> bool:
    return isinstance(key, RSAKey) and key.public_key.key_size >= WEAKEST_RSA


def _is_p256(key: Key) -> bool:
    return isinstance(key, ECKey) and key.curve_name == "P-256"


def _is_ed25519(key: Key) -> bool:
    return isinstance(key, OKPKey) and key.curve_name == "Ed25519"


_FITS: Mapping[str, Callable[[Key], bool]] = {
    "RS256": _is_rsa,
    "ES256": _is_p256,
    "EdDSA": _is_ed25519,
    "Ed25519": _is_ed25519,  # the name that RFC 9864 gives to EdDSA with this curve
}
"""The algorithms that are taken, and the keys that they are for."""


def _is_for(claims: Claims, expected: Expected) -> bool:
    """For us and for nobody else, whatever `azp` says."""
    audience = claims.get("aud")
    return audience in (expected.audience, [expected.audience]) and claims.get("azp", expected.audience) == (
        expected.audience
    )


def _is_fresh(claims: Claims, expected: Expected) -> bool:
    made, ends, begins = claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)
    if not (_is_time(made) and _is_time(ends) and _is_time(begins)):
        return False
    now = expected.now
    return now - OLDEST_S <= made <= now + LEEWAY_S and ends > now - LEEWAY_S and begins <= now + LEEWAY_S


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_CHECKS: tuple[tuple[Untrusted, Callable[[Claims, Expected], bool]], ...] = (
    (Untrusted.ISSUER, lambda claims, expected: claims.get("iss") == expected.issuer),
    (Untrusted.AUDIENCE, _is_for),
    (Untrusted.NONCE, lambda claims, expected: bool(expected.nonce) and claims.get("nonce") == expected.nonce),
    (Untrusted.TIMES, _is_fresh),
    (Untrusted.SUBJECT, lambda claims, expected: is_subject(claims.get("sub"))),
)
"""What must hold of what a token says, once its signature does."""
