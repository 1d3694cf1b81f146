"""The interfaces by which CDNs are told to purge, as their makers document them, on this machine.

Each refuses what its documentation does not allow. May not know who asks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs
from xml.etree import ElementTree

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TOKEN = "a-secret-token"
SPACE = "{http://cloudfront.amazonaws.com/doc/2020-05-31/}"
LENT = ("ASIALENT", "lent-secret", "lent-session")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in; headers by lower-case name."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """What is answered."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Speak = Callable[[Asked], Told]


@dataclass(frozen=True, slots=True)
class Api:
    """A server, and everything that it was asked."""

    address: str
    asked: list[Asked]


@contextmanager
def answering(speak: Speak) -> Iterator[Api]:
    """Answer requests for as long as the context lasts."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append(Asked("POST", self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            told = speak(asked[-1])
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_: object) -> None:
            """Tests say themselves what went wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield Api(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        server.server_close()


def cloudflare(asked: Asked) -> Told:
    """Purge by prefix of zone z1."""
    if asked.headers.get("authorization") != f"Bearer {TOKEN}":
        return Told(401, b'{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}')
    body = json.loads(asked.body)
    fits = asked.path == "/zones/z1/purge_cache" and asked.headers["content-type"] == "application/json"
    if (
        not fits
        or list(body) != ["prefixes"]
        or len(body["prefixes"]) > 30
        or any("://" in p for p in body["prefixes"])
    ):
        return Told(400, b'{"success":false}')
    return Told(200, b'{"success":true,"errors":[],"messages":[],"result":{"id":"z1"}}')


def fastly(asked: Asked) -> Told:
    """Purge of single addresses."""
    if asked.headers.get("fastly-key") != TOKEN:
        return Told(401, b'{"msg":"Provided credentials are missing or invalid"}')
    if not re.fullmatch(r"/purge/cdn\.example/[a-z0-9./-]+", asked.path):
        return Told(400)
    return Told(200, b'{"status":"ok","id":"108-1391560174-974124"}')


def front_door(asked: Asked) -> Told:
    """Both interfaces that a purge takes: where applications get tokens, and the resource manager."""
    if asked.path == "/tenant/oauth2/v2.0/token":
        return _application_token({name: text for name, (text,) in parse_qs(asked.body.decode()).items()})
    if asked.headers.get("authorization") != "Bearer an-access-token":
        return Told(401, b'{"error":{"code":"AuthenticationFailed"}}')
    expected = (
        "/subscriptions/sub/resourceGroups/group/providers/Microsoft.Cdn/profiles/profile/afdEndpoints/point/purge"
    )
    body = json.loads(asked.body)
    if asked.path != f"{expected}?api-version=2023-05-01" or set(body) != {"contentPaths", "domains"}:
        return Told(400)
    return Told(202, headers={"Location": "https://management.example/operation"})


def _application_token(form: Mapping[str, str]) -> Told:
    proof = form.get("client_secret") or form.get("client_assertion")
    assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    fits = form["grant_type"] == "client_credentials" and form["client_id"] == "client"
    fits = fits and form["scope"].endswith("/.default")
    if "client_assertion" in form:
        fits = fits and form["client_assertion_type"] == assertion
    if not fits or proof != TOKEN:
        return Told(401, b'{"error":"invalid_client"}')
    return Told(200, b'{"token_type":"Bearer","expires_in":3599,"access_token":"an-access-token"}')


def cloudfront(asked: Asked) -> Told:
    """CreateInvalidation of distribution E1 and, for keys that are lent, AssumeRoleWithWebIdentity."""
    if asked.path == "/":
        return _lend({name: text for name, (text,) in parse_qs(asked.body.decode()).items()})
    lent = "x-amz-security-token" in asked.headers
    keys = LENT if lent else ("AKIAOWN", TOKEN, None)
    if signature_of(asked, keys) != asked.headers.get("authorization"):
        return Told(403, b"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>")
    batch = ElementTree.fromstring(asked.body)
    paths = [each.text for each in batch.iter(f"{SPACE}Path")]
    fits = asked.path == "/2020-05-31/distribution/E1/invalidation" and batch.tag == f"{SPACE}InvalidationBatch"
    fits = fits and batch.findtext(f"{SPACE}Paths/{SPACE}Quantity") == str(len(paths))
    return Told(201, b"<Invalidation/>") if fits and batch.findtext(f"{SPACE}CallerReference") else Told(400)


def signature_of(asked: Asked, keys: tuple[str, str, str | None]) -> str:
    """What botocore, Amazon's own library, puts into `Authorization`."""
    signer = SigV4Auth(Credentials(*keys), "cloudfront", "us-east-1")
    signed = ("content-type", "x-amz-date", "x-amz-security-token")
    headers = {name: asked.headers[name] for name in signed if name in asked.headers}
    request = AWSRequest(asked.method, f"http://{asked.headers['host']}{asked.path}", headers, asked.body)
    request.context["timestamp"] = asked.headers["x-amz-date"]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    names = signer.signed_headers(signer.headers_to_sign(request))
    return (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={names}, "
        f"Signature={signer.signature(text, request)}"
    )


def _lend(form: Mapping[str, str]) -> Told:
    if form["Action"] != "AssumeRoleWithWebIdentity" or form["Version"] != "2011-06-15" or not form["RoleSessionName"]:
        return Told(400)
    if form["WebIdentityToken"] != TOKEN or form["RoleArn"] != "arn:aws:iam::1:role/ci":
        return Told(403, b"<ErrorResponse/>")
    identity, secret, session = LENT
    return Told(
        200,
        f'<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<AssumeRoleWithWebIdentityResult><Credentials><SessionToken>{session}</SessionToken>"
        f"<SecretAccessKey>{secret}</SecretAccessKey><Expiration>2026-11-24T10:00:00Z</Expiration>"
        f"<AccessKeyId>{identity}</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult>"
        f"</AssumeRoleWithWebIdentityResponse>".encode(),
    )


def webhook(asked: Asked) -> Told:
    """Whatever an operator puts there."""
    if asked.headers.get("authorization") != f"Bearer {TOKEN}":
        return Told(401)
    return Told(204) if asked.path == "/hook?of=shop" and list(json.loads(asked.body)) == ["urls"] else Told(400)
