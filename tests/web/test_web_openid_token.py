"""Tokens that say who somebody is: the right one is taken, and every forged, misdirected or stale one refused."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from tests.web.conftest import Clock
from tests.web.idp import COMPANY, EC, ED, ISSUER, OTHER_RSA, RSA, Claims, Idp, by_hand, sign
from web.openid.answer import read_answer
from web.openid.flow import Arrived, Begun, OpenId
from web.openid.net import Net
from web.openid.provider import Identity
from web.openid.refusal import Refusal, Untrusted
from web.store import open_store

WEB = "https://web.example"
KNOWN = {"alg": "RS256", "kid": "one"}
STRANGER = ECKey.generate_key("P-256", {"kid": "two"})
WEAK = RSAKey.generate_key(1024, {"kid": "weak"})
DAY = 86_400


@pytest.fixture
async def openid(tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[OpenId, Idp]]:
    """The way in by the company's provider, and the provider."""
    store = await open_store(f"sqlite://{tmp_path / 'web.db'}", clock, os.urandom)
    idp = Idp(clock)
    yield OpenId((COMPANY,), Net(idp), store.attempts, clock, os.urandom, WEB), idp
    await store.close()


async def came_back(openid: OpenId, idp: Idp) -> Arrived | Refusal:
    """Somebody goes to the provider, agrees and comes back."""
    begun = await openid.begin(COMPANY, "/sites")
    assert isinstance(begun, Begun)
    return await openid.finish(
        COMPANY, begun.secret, read_answer(parse_qs(urlsplit(idp.authorize(begun.address)).query))
    )


def without(name: str) -> Callable[[Claims], str]:
    """A token that leaves something out."""
    return lambda claims: sign({key: value for key, value in claims.items() if key != name})


def but(**other: object) -> Callable[[Claims], str]:
    """A token that says something else."""
    return lambda claims: sign({**claims, **other})


def later(**seconds: int) -> Callable[[Claims], str]:
    """A token with other times, by how much later than now."""
    return lambda claims: sign({**claims, **{name: claims["iat"] + delta for name, delta in seconds.items()}})


def headed(**more: object) -> Callable[[Claims], str]:
    """A token with more in its header, signed by the right key."""
    return lambda claims: by_hand({**KNOWN, **more}, claims, _rsa(RSA))


def unsigned(algorithm: str) -> Callable[[Claims], str]:
    """A token without a signature."""
    return lambda claims: by_hand({"alg": algorithm, "kid": "one"}, claims, lambda _: b"")


def by_public_key(form: str, algorithm: str = "HS256") -> Callable[[Claims], str]:
    """The oldest trick: what everybody knows of the key, used as a shared secret."""
    secret = RSA.as_pem(private=False) if form == "pem" else RSA.as_der(private=False)
    digest = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}[algorithm]
    return lambda claims: by_hand(
        {"alg": algorithm, "kid": "one"}, claims, lambda said: hmac.new(secret, said, digest).digest()
    )


def _rsa(key: RSAKey) -> Callable[[bytes], bytes]:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    return lambda said: key.private_key.sign(said, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr]


def changed_after_signing(claims: Claims) -> str:
    """Somebody else's name under a right signature."""
    theirs, ours = sign({**claims, "sub": "root"}).split("."), sign(claims).split(".")
    return ".".join((ours[0], theirs[1], ours[2]))


TAKEN: dict[str, Callable[[Claims], str]] = {
    "by RSA": sign,
    "by ECDSA": lambda claims: sign(claims, EC),
    "by Ed25519": lambda claims: sign(claims, ED),
    "for a list with us alone in it": but(aud=["leadbright"]),
    "azp is us": but(azp="leadbright"),
    "made ten minutes ago": later(iat=-600),
    "made half a minute from now": later(iat=30),
    "expired less than half a minute ago": later(exp=-29),
    "begins half a minute from now": later(nbf=30),
}

REFUSED: dict[str, tuple[Callable[[Claims], str], Untrusted]] = {
    "for somebody else": (but(aud="other"), Untrusted.AUDIENCE),
    "for two others": (but(aud=["other", "another"]), Untrusted.AUDIENCE),
    "for us and another": (but(aud=["other", "leadbright"]), Untrusted.AUDIENCE),
    "for us and another, azp is us": (but(aud=["other", "leadbright"], azp="leadbright"), Untrusted.AUDIENCE),
    "for somebody else, azp is us": (but(aud="other", azp="leadbright"), Untrusted.AUDIENCE),
    "for us, azp is another": (but(azp="other"), Untrusted.AUDIENCE),
    "for nobody": (without("aud"), Untrusted.AUDIENCE),
    "for an empty list": (but(aud=[]), Untrusted.AUDIENCE),
    "of another issuer": (but(iss="https://evil.example"), Untrusted.ISSUER),
    "of nearly the issuer": (but(iss=f"{ISSUER}/"), Untrusted.ISSUER),
    "of no issuer": (without("iss"), Untrusted.ISSUER),
    "another nonce": (but(nonce="another"), Untrusted.NONCE),
    "no nonce": (without("nonce"), Untrusted.NONCE),
    "an empty nonce": (but(nonce=""), Untrusted.NONCE),
    "no nonce, said not to be supported": (
        lambda claims: without("nonce")({**claims, "nonce_supported": False}),
        Untrusted.NONCE,
    ),
    "expired half a minute ago": (later(exp=-30), Untrusted.TIMES),
    "expired a minute ago": (later(exp=-60), Untrusted.TIMES),
    "expired an hour ago": (later(exp=-3600), Untrusted.TIMES),
    "made in an hour": (later(iat=3600, exp=7200), Untrusted.TIMES),
    "made 31 seconds from now": (later(iat=31), Untrusted.TIMES),
    "made a month ago, good for a year": (later(iat=-30 * DAY, exp=365 * DAY), Untrusted.TIMES),
    "made eleven minutes ago": (later(iat=-660), Untrusted.TIMES),
    "good from tomorrow": (later(nbf=DAY), Untrusted.TIMES),
    "never expires": (without("exp"), Untrusted.TIMES),
    "made at no time": (without("iat"), Untrusted.TIMES),
    "expires in words": (but(exp="tomorrow"), Untrusted.TIMES),
    "expires when true": (but(exp=True), Untrusted.TIMES),
    "names nobody": (without("sub"), Untrusted.SUBJECT),
    "an empty name": (but(sub=""), Untrusted.SUBJECT),
    "a number for a name": (but(sub=1), Untrusted.SUBJECT),
    "a name beyond all bounds": (but(sub="a" * 256), Untrusted.SUBJECT),
    "a name with a line's end": (but(sub="a\nb"), Untrusted.SUBJECT),
    "signed by another key of that name": (lambda claims: sign(claims, OTHER_RSA), Untrusted.SIGNATURE),
    "signed by another curve's key": (lambda claims: sign(claims, STRANGER), Untrusted.SIGNATURE),
    "changed after it was signed": (changed_after_signing, Untrusted.SIGNATURE),
    "unsigned": (unsigned("none"), Untrusted.ALGORITHM),
    "unsigned, in capitals": (unsigned("NONE"), Untrusted.ALGORITHM),
    "unsigned, said to be signed": (unsigned("RS256"), Untrusted.SIGNATURE),
    "by the public key as a secret": (by_public_key("pem"), Untrusted.ALGORITHM),
    "by the public key's bytes as a secret": (by_public_key("der"), Untrusted.ALGORITHM),
    "by the public key as a longer secret": (by_public_key("pem", "HS512"), Untrusted.ALGORITHM),
    "by the public key as a secret, said to be RSA": (
        lambda claims: by_hand(KNOWN, claims, lambda said: hmac.digest(RSA.as_pem(private=False), said, "sha256")),
        Untrusted.SIGNATURE,
    ),
    "an RSA key said to be a curve": (headed(alg="ES256"), Untrusted.KEY),
    "by an algorithm too many": (headed(alg="PS256"), Untrusted.ALGORITHM),
    "brings its own key": (
        lambda claims: by_hand({**KNOWN, "jwk": OTHER_RSA.as_dict(private=False)}, claims, _rsa(OTHER_RSA)),
        Untrusted.HEADER,
    ),
    "brings its own key under no name": (
        lambda claims: by_hand({"alg": "RS256", "jwk": OTHER_RSA.as_dict(private=False)}, claims, _rsa(OTHER_RSA)),
        Untrusted.HEADER,
    ),
    "brings a curve's key under a known name": (
        lambda claims: sign(claims, STRANGER, {"alg": "ES256", "kid": "two", "jwk": STRANGER.as_dict(private=False)}),
        Untrusted.HEADER,
    ),
    "says where its key is": (headed(jku="https://evil.example/keys"), Untrusted.HEADER),
    "brings a certificate": (headed(x5c=["MIIB"]), Untrusted.HEADER),
    "asks for what is not understood": (headed(crit=["exp"]), Untrusted.HEADER),
    "names no key": (lambda claims: by_hand({"alg": "RS256"}, claims, _rsa(RSA)), Untrusted.HEADER),
    "names a key that is not there": (headed(kid="../../dev/null"), Untrusted.KEY),
    "by a key that is too weak": (
        lambda claims: by_hand({"alg": "RS256", "kid": "weak"}, claims, _rsa(WEAK)),
        Untrusted.KEY,
    ),
    "no token": (lambda _: "", Untrusted.MALFORMED),
    "four parts": (lambda claims: f"{sign(claims)}.x", Untrusted.MALFORMED),
    "a header that is no JSON": (lambda _: "e30x.e30.", Untrusted.MALFORMED),
    "a header that is a list": (lambda _: "W10.e30.", Untrusted.MALFORMED),
    "beyond all bounds": (but(padding="x" * 20_000), Untrusted.MALFORMED),
}


@pytest.mark.parametrize("forge", TAKEN.values(), ids=TAKEN)
async def test_a_right_token_says_who_it_is(openid: tuple[OpenId, Idp], forge: Callable[[Claims], str]) -> None:
    openid[1].forge = forge
    assert await came_back(*openid) == Arrived(Identity(ISSUER, "subject-1"), "/sites")


@pytest.mark.parametrize(("forge", "why"), REFUSED.values(), ids=REFUSED)
async def test_no_other_token_is_taken(
    openid: tuple[OpenId, Idp],
    forge: Callable[[Claims], str],
    why: Untrusted,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, "leadbright.web")
    openid[1].forge, openid[1].keys = forge, (RSA, EC, ED, WEAK)
    assert await came_back(*openid) is Refusal.NOT_TRUSTED
    assert [record.getMessage() for record in caplog.records] == [
        f"an answer of the provider company was not trusted: {why.value}"
    ]


def test_every_reason_has_a_token_that_shows_it() -> None:
    assert {why for _, why in REFUSED.values()} == set(Untrusted)
    assert len(REFUSED) >= 28


async def test_a_token_of_yesterday_is_refused_today(openid: tuple[OpenId, Idp], clock: Clock) -> None:
    kept: list[str] = []
    openid[1].forge = lambda claims: kept.append(sign(claims)) or kept[0]  # type: ignore[func-returns-value]
    assert isinstance(await came_back(*openid), Arrived)
    assert await came_back(*openid) is Refusal.NOT_TRUSTED
    clock.seconds += DAY
    assert await came_back(*openid) is Refusal.NOT_TRUSTED


async def test_a_new_key_is_looked_for_once_a_minute_at_most(openid: tuple[OpenId, Idp], clock: Clock) -> None:
    way, idp = openid

    def fetched() -> int:
        return sum(request.url.path == "/keys" for request in idp.asked)

    idp.keys = (RSA,)
    assert isinstance(await came_back(way, idp), Arrived)
    idp.forge, idp.keys = lambda claims: sign(claims, EC), (RSA, EC)
    assert [await came_back(way, idp), fetched()] == [Refusal.NOT_TRUSTED, 1]
    clock.seconds += 60
    assert isinstance(await came_back(way, idp), Arrived)
    idp.forge = lambda claims: sign(claims, ED)
    assert [await came_back(way, idp) for _ in range(5)] == [Refusal.NOT_TRUSTED] * 5
    assert fetched() == 2


async def test_a_key_that_was_withdrawn_is_good_for_an_hour_at_most(openid: tuple[OpenId, Idp], clock: Clock) -> None:
    way, idp = openid
    assert isinstance(await came_back(way, idp), Arrived)
    idp.keys = (EC,)
    assert isinstance(await came_back(way, idp), Arrived)
    clock.seconds += 3600
    assert await came_back(way, idp) is Refusal.NOT_TRUSTED


DOCUMENTS: dict[str, Claims] = {
    "another issuer": {"issuer": "https://evil.example"},
    "no issuer": {"issuer": None},
    "a token address in plain http": {"token_endpoint": "http://id.company.example/token"},
    "keys from a file": {"jwks_uri": "file:///etc/passwd"},
    "an address with a name in it": {"authorization_endpoint": "https://id.company.example@evil.example/"},
    "an address that is none": {"authorization_endpoint": "https://["},
    "no proof of codes": {"code_challenge_methods_supported": ["plain"]},
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_what_a_provider_publishes_must_be_its_own(openid: tuple[OpenId, Idp], document: Claims) -> None:
    openid[1].document = document
    assert await openid[0].begin(COMPANY, "/sites") is Refusal.AWAY


ILL: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "a page": lambda _: httpx.Response(200, text="<html>Maintenance</html>"),
    "a list": lambda _: httpx.Response(200, json=[]),
    "too much": lambda _: httpx.Response(200, json={"issuer": "x" * 300_000}),
    "a failure": lambda _: httpx.Response(500, json={}),
    "another address": lambda _: httpx.Response(302, headers={"location": "http://169.254.169.254/"}),
    "squeezed": lambda _: httpx.Response(
        200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"\x1f\x8b")
    ),
    "bytes": lambda _: httpx.Response(200, content=b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize("answer", ILL.values(), ids=ILL)
async def test_an_ill_provider_signs_nobody_in(
    openid: tuple[OpenId, Idp], path: str, answer: Callable[[httpx.Request], httpx.Response]
) -> None:
    way, idp = openid
    idp.instead = lambda request: answer(request) if request.url.path == path else None
    if path.startswith("/.well"):
        assert await way.begin(COMPANY, "/sites") is Refusal.AWAY
    else:
        assert await came_back(way, idp) in {Refusal.AWAY, Refusal.REFUSED_THERE}
    assert not [request for request in idp.asked if request.url.host != "id.company.example"]


async def test_a_provider_that_does_not_answer_is_away(openid: tuple[OpenId, Idp]) -> None:
    def gone(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route to 10.0.0.1")

    openid[1].instead = gone
    assert await openid[0].begin(COMPANY, "/sites") is Refusal.AWAY
