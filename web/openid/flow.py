"""Signing in by a provider, from the button to somebody's identity.

The browser carries one secret; state, nonce and the proof of the code (PKCE) are made from it, so that an answer is
taken from the very browser that asked, and once. May not know what somebody may do who has signed in.
"""

from __future__ import annotations

import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from web.openid import exchange
from web.openid.answer import Answer
from web.openid.net import AwayError, Net
from web.openid.provider import Identity, Provider
from web.openid.published import Metadata, Published
from web.openid.refusal import Refusal, Untrusted
from web.openid.store import AttemptStore
from web.tokens import Random, derived, new_token, same

_log = logging.getLogger("leadbright.web")

_GITHUB = Metadata(exchange.GITHUB_AUTHORIZATION, exchange.GITHUB_TOKEN, "", names_itself=False, secret_in_body=True)


@dataclass(frozen=True, slots=True)
class Begun:
    """`secret` goes into a cookie, the browser to `address`."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody whom the provider knows, on the way to `after`."""

    identity: Identity
    after: str


class OpenId:
    """Every way of signing in by a provider. `web_url` is where people open the web, without a slash at the end."""

    def __init__(
        self,
        providers: Sequence[Provider],
        net: Net,
        attempts: AttemptStore,
        clock: Callable[[], float],
        random: Random,
        web_url: str,
    ) -> None:
        self.providers = tuple(providers)
        self._net = net
        self._attempts = attempts
        self._clock = clock
        self._random = random
        self._web_url = web_url
        self._published = {each.key: Published(each, net, clock) for each in providers}

    def provider(self, key: str) -> Provider | None:
        """The provider of that key, if there is one."""
        return next((each for each in self.providers if each.key == key), None)

    async def begin(self, provider: Provider, after: str) -> Begun | Refusal:
        """Where to send a browser that wants to sign in; it comes back to `after`."""
        try:
            metadata = await self._metadata(provider)
        except AwayError as error:
            return _away(provider, error)
        secret = _with_destination(new_token(self._random), after)
        if not await self._attempts.begin(provider.key, secret):
            return Refusal.TOO_MANY
        more = {"scope": "openid", "nonce": derived(secret, "nonce")} if provider.speaks_openid else {}
        address = prepare_grant_uri(
            metadata.authorization,
            provider.client_id,
            "code",
            redirect_uri=self._redirect(provider),
            state=derived(secret, "state"),
            code_challenge=create_s256_code_challenge(derived(secret, "verifier")),
            code_challenge_method="S256",
            **more,
        )
        return Begun(secret, address)

    async def finish(self, provider: Provider, secret: str | None, answer: Answer | None) -> Arrived | Refusal:
        """Who it is that a browser, which carries `secret`, comes back from a provider for."""
        if secret is None or answer is None or not same(derived(secret, "state"), answer.state):
            return Refusal.NOT_BEGUN_HERE
        begun_at = await self._attempts.take(secret)
        if begun_at is None:
            return Refusal.NOT_BEGUN_HERE
        if begun_at != provider.key:
            return Refusal.MIXED_UP
        try:
            identity = await self._identity(provider, secret, answer)
        except AwayError as error:
            return _away(provider, error)
        if isinstance(identity, Untrusted):
            _log.warning("an answer of the provider %s was not trusted: %s", provider.key, identity.value)
            return Refusal.NOT_TRUSTED
        return identity if isinstance(identity, Refusal) else Arrived(identity, _destination(secret))

    async def _identity(self, provider: Provider, secret: str, answer: Answer) -> Identity | Untrusted | Refusal:
        metadata = await self._metadata(provider)
        if answer.issuer != provider.issuer and (answer.issuer or metadata.names_itself):
            return Refusal.MIXED_UP
        if not answer.code or answer.error:
            return Refusal.DECLINED if answer.error == "access_denied" else Refusal.REFUSED_THERE
        redirect, verifier = self._redirect(provider), derived(secret, "verifier")
        given = await exchange.ask_token(
            self._net, provider, metadata.token, answer.code, redirect, verifier, secret_in_body=metadata.secret_in_body
        )
        if isinstance(given, Refusal):
            return given
        if not provider.speaks_openid:
            return await exchange.by_asking_github(self._net, provider, given.get("access_token"))
        published, nonce = self._published[provider.key], derived(secret, "nonce")
        return await exchange.by_token(published, provider, given.get("id_token"), nonce, self._clock())

    async def _metadata(self, provider: Provider) -> Metadata:
        return await self._published[provider.key].metadata() if provider.speaks_openid else _GITHUB

    def _redirect(self, provider: Provider) -> str:
        """One address for each provider, so that none can answer for another."""
        return f"{self._web_url}/sign-in/from/{provider.key}"


def _away(provider: Provider, error: AwayError) -> Refusal:
    _log.warning("the provider %s does not answer as it must: %s", provider.key, error)
    return Refusal.AWAY


def _with_destination(token: str, after: str) -> str:
    """A secret that holds where its browser goes on. Whoever changes that has another secret, which nobody knows."""
    return f"{token}.{urlsafe_b64encode(after.encode()).rstrip(b'=').decode()}"


def _destination(secret: str) -> str:
    _, _, after = secret.partition(".")
    return urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode()
