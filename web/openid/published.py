"""What a provider publishes of itself, addresses and keys: fetched once, checked, and remembered for an hour.

May not know who signs in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from web.openid.net import AwayError, Net
from web.openid.provider import Provider, is_safe
from web.openid.token import Key, read_keys

KEPT_S = 3600.0
AGAIN_S = 60.0
"""A key that is not known has the keys fetched anew, but no more often than this."""

WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Metadata:
    """The addresses of a provider."""

    authorization: str
    token: str
    keys: str
    names_itself: bool
    """Whether its answers say whose they are (RFC 9207)."""
    secret_in_body: bool
    """Whether the client's secret goes into the body, since the provider does not read the header."""


def read_metadata(document: Mapping[str, Any], issuer: str) -> Metadata | None:
    """What a document says of this issuer; None where it is not this issuer's, or is not enough."""
    authorization, token, keys = (document.get(n) for n in ("authorization_endpoint", "token_endpoint", "jwks_uri"))
    challenges = document.get("code_challenge_methods_supported", ["S256"])
    if document.get("issuer") != issuer or not (is_safe(authorization) and is_safe(token) and is_safe(keys)):
        return None
    if not isinstance(challenges, list) or "S256" not in challenges:
        return None
    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    names_itself = document.get("authorization_response_iss_parameter_supported") is True
    in_body = isinstance(methods, list) and "client_secret_basic" not in methods
    return Metadata(authorization, token, keys, names_itself, in_body)


class Published:
    """One provider's; both methods raise AwayError where it does not answer, or not as it must."""

    def __init__(self, provider: Provider, net: Net, clock: Callable[[], float]) -> None:
        self._provider = provider
        self._net = net
        self._clock = clock
        self._turn = asyncio.Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, dict[str, Key]] | None = None

    async def metadata(self) -> Metadata:
        """Where it is reached."""
        async with self._turn:
            if self._metadata is None or self._is_older(self._metadata[0], KEPT_S):
                document = await self._net.get(self._provider.issuer.rstrip("/") + WELL_KNOWN)
                found = read_metadata(document, self._provider.issuer)
                if found is None:
                    raise AwayError("what it publishes of itself is not this issuer's, or not enough")
                self._metadata = self._clock(), found
            return self._metadata[1]

    async def key(self, key_id: str) -> Key | None:
        """The key of that name, looked for anew where it was not there before; None where there is none."""
        address = (await self.metadata()).keys
        async with self._turn:
            if self._keys is None or self._is_older(self._keys[0], KEPT_S if key_id in self._keys[1] else AGAIN_S):
                self._keys = self._clock(), read_keys(await self._net.get(address))
            return self._keys[1].get(key_id)

    def _is_older(self, since: float, than_s: float) -> bool:
        return not 0 <= self._clock() - since < than_s
