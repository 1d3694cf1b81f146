"""What a provider publishes of itself, addresses and keys: fetched once, checked, and remembered for an hour.

While a provider is away, what it said last holds for a day, and nobody waits for it again and again. May not know who
signs in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from web.openid.net import AwayError, Net
from web.openid.provider import Provider, is_safe
from web.openid.token import Key, read_keys

KEPT_S = 3600.0
AGAIN_S = 60.0
"""A key that is not known has the keys fetched anew, but no more often than this."""

REST_S = 10.0
"""Who did not answer is not asked again before so long, twice as long as anybody waits for an answer."""
LONGEST_S = 24 * 3600.0
"""Longest that what was published last holds while nothing newer can be fetched."""

T = TypeVar("T")

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
        self._metadata = _Document[Metadata](clock)
        self._keys = _Document[dict[str, Key]](clock)

    async def metadata(self) -> Metadata:
        """Where it is reached."""
        return await self._metadata.read(self._fetch_metadata, lambda _: True)

    async def key(self, key_id: str) -> Key | None:
        """The key of that name, looked for anew where it was not there before; None where there is none."""
        address = (await self.metadata()).keys

        async def fetch() -> dict[str, Key]:
            return read_keys(await self._net.get(address))

        return (await self._keys.read(fetch, lambda keys: key_id in keys)).get(key_id)

    async def _fetch_metadata(self) -> Metadata:
        document = await self._net.get(self._provider.issuer.rstrip("/") + WELL_KNOWN)
        found = read_metadata(document, self._provider.issuer)
        if found is None:
            raise AwayError("what it publishes of itself is not this issuer's, or not enough")
        return found


class _Document(Generic[T]):
    """One thing that is published, as it was last fetched. One caller fetches, the others wait for what comes of it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._turn = asyncio.Lock()
        self._kept: tuple[float, T] | None = None
        self._failed: tuple[float, str] | None = None

    async def read(self, fetch: Callable[[], Awaitable[T]], is_enough: Callable[[T], bool]) -> T:
        """What it says; where that `is_enough`, also while nothing newer is to be had."""
        async with self._turn:
            kept = self._kept
            if kept is not None and not self._is_older(kept[0], KEPT_S if is_enough(kept[1]) else AGAIN_S):
                return kept[1]
            try:
                return await self._fetch(fetch)
            except AwayError:
                if kept is None or not is_enough(kept[1]) or self._is_older(kept[0], LONGEST_S):
                    raise
                return kept[1]

    async def _fetch(self, fetch: Callable[[], Awaitable[T]]) -> T:
        if self._failed is not None and not self._is_older(self._failed[0], REST_S):
            raise AwayError(self._failed[1])
        since = self._clock()
        try:
            found = await fetch()
        except AwayError as error:
            self._failed = self._clock(), str(error)
            raise
        self._kept, self._failed = (since, found), None
        return found

    def _is_older(self, since: float, than_s: float) -> bool:
        return not 0 <= self._clock() - since < than_s
