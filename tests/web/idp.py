"""A provider of OpenID Connect that lives in memory, and says whatever a test wants it to.

It keeps to the protocol where it is not told otherwise: codes work once, for the client, address and proof (PKCE)
that they were given for. GitHub's own way is here too. `tests/services/openid` is a real one.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from web.openid.provider import GITHUB, Provider

ISSUER = "https://id.company.example"
COMPANY = Provider("company", "Company", ISSUER, "leadbright", "a-client-secret")
RIVAL = Provider("rival", "Rival", "https://id.rival.example", "leadbright-there", "another-secret")
HUB = Provider("github", "GitHub", GITHUB, "hub-client", "hub-secret")

Signing = RSAKey | ECKey | OKPKey
Claims = dict[str, Any]

RSA = RSAKey.generate_key(2048, {"kid": "one"})
OTHER_RSA = RSAKey.generate_key(2048, {"kid": "one"})
EC = ECKey.generate_key("P-256", {"kid": "two"})
ED = OKPKey.generate_key("Ed25519", {"kid": "three"})


@dataclass
class Idp(httpx.AsyncBaseTransport):
    """`who` signs in next. What a test puts in the other fields changes what is answered."""

    clock: Callable[[], float]
    who: str = "subject-1"
    keys: Iterable[Signing] = (RSA, EC, ED)
    document: Claims = field(default_factory=dict)
    forge: Callable[[Claims], str] | None = None
    """Makes the token from the claims that would be right."""
    instead: Callable[[httpx.Request], httpx.Response | None] = lambda _: None
    asked: list[httpx.Request] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """What whoever has that address answers."""
        self.asked.append(request)
        told = self.instead(request)
        return told if told is not None else self._answer(request)

    def authorize(self, address: str, issuer: str = ISSUER) -> str:
        """What a browser brings back that was sent to `address` and agreed: the address of ours, with the answer."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        said = {"code": code, "state": asked["state"], **({"iss": issuer} if "nonce" in asked else {})}
        return f"{asked['redirect_uri']}?{httpx.QueryParams(said)}"

    def claims(self, asked: Mapping[str, str]) -> Claims:
        """What a right token says."""
        now = int(self.clock())
        right = {"iss": ISSUER, "sub": self.who, "aud": COMPANY.client_id, "iat": now, "exp": now + 300}
        return right | {"nonce": asked.get("nonce", "")}

    def _answer(self, request: httpx.Request) -> httpx.Response:
        match str(request.url):
            case "https://id.company.example/.well-known/openid-configuration":
                return httpx.Response(200, json=self._document())
            case "https://id.company.example/keys":
                return httpx.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})
            case "https://id.company.example/token":
                return self._token(request, COMPANY)
            case "https://github.com/login/oauth/access_token":
                return self._token(request, HUB)
            case "https://api.github.com/user" if request.headers.get("authorization") == "Bearer at":
                return httpx.Response(200, json={"id": 4711, "login": self.who, "email": "somebody@company.example"})
            case _:
                return httpx.Response(404, text="<html>Not here</html>")

    def _document(self) -> Claims:
        usual = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "authorization_response_iss_parameter_supported": True,
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
        }
        return usual | self.document

    def _token(self, request: httpx.Request, provider: Provider) -> httpx.Response:
        sent = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        asked = self._codes.pop(sent.get("code", ""), None)
        if asked is None or _client(request, sent) != (provider.client_id, provider.client_secret):
            return httpx.Response(400, json={"error": "invalid_grant"})
        proof = hashlib.sha256(sent["code_verifier"].encode()).digest()
        if asked["code_challenge"] != base64.urlsafe_b64encode(proof).rstrip(b"=").decode():
            return httpx.Response(400, json={"error": "invalid_grant"})
        assert sent["redirect_uri"] == asked["redirect_uri"]
        if provider is HUB:
            return httpx.Response(200, json={"access_token": "at", "token_type": "bearer"})
        claims = self.claims(asked)
        token = self.forge(claims) if self.forge else sign(claims)
        return httpx.Response(200, json={"access_token": "at", "token_type": "Bearer", "id_token": token})


def _client(request: httpx.Request, sent: Mapping[str, str]) -> tuple[str, str]:
    given = request.headers.get("authorization", "")
    if given.startswith("Basic "):
        name, _, secret = base64.b64decode(given.removeprefix("Basic ")).decode().partition(":")
        return name, secret
    return sent.get("client_id", ""), sent.get("client_secret", "")


def sign(claims: Claims, key: Signing = RSA, header: Claims | None = None) -> str:
    """A token, signed as it should be."""
    algorithm = {RSAKey: "RS256", ECKey: "ES256", OKPKey: "EdDSA"}[type(key)]
    return jwt.encode(header or {"alg": algorithm, "kid": key.kid}, claims, key, algorithms=[algorithm])


def by_hand(header: Claims, claims: Claims, signature: Callable[[bytes], bytes]) -> str:
    """A token that no library would make."""
    signed = ".".join(_part(json.dumps(each).encode()) for each in (header, claims))
    return f"{signed}.{_part(signature(signed.encode()))}"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Nobody(httpx.AsyncBaseTransport):
    """Where no provider is set up, none is asked."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Always a bug."""
        raise AssertionError(f"{request.url} was asked")
