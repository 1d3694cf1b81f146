"""A code made into somebody's identity: by a signed token of OpenID Connect, or by asking GitHub.

May not know how the code came.
"""

from __future__ import annotations

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from web.openid.net import Net
from web.openid.provider import Identity, Provider
from web.openid.published import Published
from web.openid.refusal import Refusal, Untrusted
from web.openid.token import Expected, read_header, verify

GITHUB_AUTHORIZATION = "https://github.com/login/oauth/authorize"
GITHUB_TOKEN = "https://github.com/login/oauth/access_token"  # noqa: S105 - an address
GITHUB_USER = "https://api.github.com/user"

_OK = 200


async def ask_token(
    net: Net, provider: Provider, address: str, code: str, redirect: str, verifier: str, *, secret_in_body: bool
) -> dict[str, object] | Refusal:
    """What a provider gives for a code (RFC 6749 4.1.3 with RFC 7636). Raises AwayError."""
    body = prepare_token_request("authorization_code", redirect_uri=redirect, code=code, code_verifier=verifier)
    method = "client_secret_post" if secret_in_body else "client_secret_basic"
    auth = ClientAuth(provider.client_id, provider.client_secret, method)
    _, headers, body = auth.prepare("POST", address, {}, body)
    status, said = await net.post(address, headers, body)
    # GitHub answers 200 to a code that it does not know.
    return said if status == _OK and "error" not in said else Refusal.REFUSED_THERE


async def by_token(
    published: Published, provider: Provider, token: object, nonce: str, now: float
) -> Identity | Untrusted:
    """Who a token of OpenID Connect says that somebody is. Raises AwayError."""
    header = read_header(token)
    if isinstance(header, Untrusted):
        return header
    key = await published.key(header.key_id)
    if key is None:
        return Untrusted.KEY
    subject = verify(str(token), header, key, Expected(provider.issuer, provider.client_id, nonce, now))
    return subject if isinstance(subject, Untrusted) else Identity(provider.issuer, subject)


async def by_asking_github(net: Net, provider: Provider, token: object) -> Identity | Untrusted:
    """Whom GitHub says that the holder of an access token is: by the number, since names change hands."""
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        return Untrusted.MALFORMED
    user = await net.get(GITHUB_USER, {"authorization": f"Bearer {token}"})
    number = user.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        return Untrusted.SUBJECT
    return Identity(provider.issuer, str(number))
