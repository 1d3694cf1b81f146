"""Sign-in without a key that lasts, as pipelines do it: a short-lived token is exchanged for access to a store.

Both exchanges are made by the store's own library over https: AWS's with moto's STS behind it, Azure's with a stand-in
for Entra ID in front of Azurite, which then reads the token that it is sent. May not know who publishes what.
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import trustme
from moto.core.authorization import disable_iam_authentication, enable_iam_authentication
from moto.iam.models import iam_backends

from tests.services.buckets import ACCOUNT, AZURITE, ROOT, START_S, VERSION, running_s3

AWS_ACCOUNT = "123456789012"
READER, WRITER = (f"arn:aws:iam::{AWS_ACCOUNT}:role/{name}-experiments" for name in ("read", "write"))
TENANT, CLIENT = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-8999-aaaaaaaaaaaa"
DEADLINE_S = 20
# What moto takes for a signature: it looks who it is, not whether it is true.
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=anybody/20260101/us-east-1/s3/aws4_request, Signature=0"}


@dataclass
class Issuer:
    """Hands out tokens as a runner does, and knows its own again; `exchanged` are those that gave access."""

    issued: dict[str, str] = field(default_factory=dict)
    exchanged: list[str] = field(default_factory=list)
    audience_of_another: bool = False
    """Whether what it hands out is meant for somebody else."""

    def issue(self, audience: str) -> str:
        """A new token for this audience."""
        token = _jwt({"iss": "https://runner.example", "aud": audience, "jti": uuid.uuid4().hex})
        self.issued[token] = "another" if self.audience_of_another else audience
        return token

    def takes(self, token: str, audience: str) -> bool:
        """Whether it is one of these, for that audience."""
        known = self.issued.get(token) == audience
        self.exchanged += [token] if known else []
        return known


@dataclass(frozen=True, slots=True)
class Federated:
    """A bucket, what a pipeline's settings say of it, and what only this machine needs to get there."""

    url: str
    settings: Mapping[str, str]
    surroundings: Mapping[str, str]
    read: Callable[[str], bytes | None]
    """What is kept at a path below the URL."""


Answer = Callable[[str, Mapping[str, str]], tuple[int, bytes]]
"""From the path and the fields of a form to a status and a body."""


@contextmanager
def issuing(issuer: Issuer) -> Iterator[dict[str, str]]:
    """The address at which a job on GitHub asks for its tokens, as the environment that leads there."""
    bearer = uuid.uuid4().hex

    class Handler(BaseHTTPRequestHandler):
        """Answers one question for a token."""

        def do_GET(self) -> None:
            """Whoever asks must be the job."""
            audience = parse_qs(urlsplit(self.path).query).get("audience", [""])[0]
            known = self.headers.get("authorization") == f"Bearer {bearer}"
            body = json.dumps({"value": issuer.issue(audience)}).encode() if known else b"{}"
            self.send_response(200 if known else 401)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing."""

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        address = f"http://127.0.0.1:{port}/token?api-version=2.0"
        yield {"ACTIONS_ID_TOKEN_REQUEST_URL": address, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": bearer}


@contextmanager
def _served(server: ThreadingHTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(DEADLINE_S)


@contextmanager
def federated_s3(issuer: Issuer, folder: Path) -> Iterator[Federated]:
    """S3, to which a role leads that is taken on with a token for `sts.amazonaws.com`.

    The roles have the policies of docs/ci and nothing else, and the server holds everybody to them and to signatures.
    """
    with running_s3() as new:
        bucket = new()
        address = bucket.environment["AWS_ENDPOINT_URL"]
        for role in ("read", "write"):
            _make_role(role, bucket.url)

        def assume(path: str, form: Mapping[str, str]) -> tuple[int, bytes]:
            sent = parse_qs(urlsplit(path).query)
            token, role = sent.get("WebIdentityToken", [""])[0], sent.get("RoleArn", [""])[0]
            if role not in (READER, WRITER) or not issuer.takes(token, "sts.amazonaws.com"):
                return 403, b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
            asked = urllib.request.Request(f"{address}/", urlsplit(path).query.encode())
            with disable_iam_authentication(), urllib.request.urlopen(asked, timeout=DEADLINE_S) as answer:
                return 200, answer.read()

        def read(path: str) -> bytes | None:
            with disable_iam_authentication():
                return _get(f"{address}/{bucket.url.removeprefix('s3://')}/{path}", SIGNED)

        with _https(assume, folder) as (sts, authority), enable_iam_authentication():
            there = {"AWS_ENDPOINT_URL": address, "AWS_ALLOW_HTTP": "true", "AWS_ENDPOINT_URL_STS": sts}
            yield Federated(
                bucket.url,
                {"AWS_ROLE_THAT_READS": READER, "AWS_ROLE_THAT_WRITES": WRITER, "AWS_REGION": "us-east-1"},
                {**there, "SSL_CERT_FILE": str(authority)},
                read,
            )


def _make_role(name: str, url: str) -> None:
    """A role with the policy that docs/ci gives it, for this bucket."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    policy = (ROOT / f"docs/ci/aws-{name}.json").read_text("utf-8")
    backend = iam_backends[AWS_ACCOUNT]["aws"]
    if f"{name}-experiments" not in {role.name for role in backend.get_roles()}:
        backend.create_role(f"{name}-experiments", "{}", "/", None, "", [], "3600")
    backend.put_role_policy(
        f"{name}-experiments", "buckets", policy.replace("BUCKET", bucket).replace("PREFIX", prefix)
    )


@contextmanager
def federated_azure(issuer: Issuer, folder: Path) -> Iterator[Federated]:
    """Azure Blob, to which an application leads that is signed in with a token for `api://AzureADTokenExchange`."""

    def sign_in(path: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        known = path == f"/{TENANT}/oauth2/v2.0/token" and form.get("client_id") == CLIENT
        if not known or not issuer.takes(form.get("client_assertion", ""), "api://AzureADTokenExchange"):
            return 401, b'{"error": "invalid_client"}'
        return 200, json.dumps({"access_token": _access(), "expires_in": 3600, "token_type": "Bearer"}).encode()

    with _https(sign_in, folder) as (login, authority), _azurite(folder) as address:
        name = f"c{uuid.uuid4().hex}"
        context = ssl.create_default_context(cafile=str(authority))
        _put_container(f"{address}/{name}?restype=container", context)
        there = {"AZURE_STORAGE_ENDPOINT": address, "AZURE_AUTHORITY_HOST": login}
        yield Federated(
            f"az://{name}/some/prefix",
            {"AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT},
            {**there, "SSL_CERT_FILE": str(authority)},
            lambda path: _get(f"{address}/{name}/some/prefix/{path}", _authorised(), context),
        )


@contextmanager
def _https(answer: Answer, folder: Path) -> Iterator[tuple[str, Path]]:
    """A server on https that answers forms; its address, and the authority to trust."""
    authority, context = _papers(folder)

    class Handler(BaseHTTPRequestHandler):
        """Answers one form."""

        def do_POST(self) -> None:
            """Read the form, and answer it."""
            sent = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            status, body = answer(self.path, form)
            self.send_response(status)
            self.send_header("content-type", "application/json" if body.startswith(b"{") else "text/xml")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with _served(server) as port:
        yield f"https://localhost:{port}", authority


def _papers(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """An authority made for this folder, and a certificate of it for this machine, also as files for Azurite."""
    folder.mkdir(parents=True, exist_ok=True)
    authority, certificate, key = folder / "authority.pem", folder / "certificate.pem", folder / "key.pem"
    made = trustme.CA()
    issued = made.issue_cert("localhost", "127.0.0.1")
    made.cert_pem.write_to_path(str(authority))
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return authority, context


@contextmanager
def _azurite(folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder / "azurite")]
    papers = ["--oauth", "basic", "--cert", str(folder / "certificate.pem"), "--key", str(folder / "key.pem")]
    process = subprocess.Popen(
        [
            sys.executable,
            "hatch_build.py",
            "node",
            str(AZURITE),
            *options,
            *papers,
            "--skipApiVersionCheck",
            "--silent",
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield f"https://127.0.0.1:{port}/{ACCOUNT}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "Azurite ended at once; `make test` installs it"
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"Azurite did not start within {START_S} s")


def _put_container(url: str, context: ssl.SSLContext) -> None:
    asked = urllib.request.Request(url, headers={**_authorised(), "Content-Length": "0"}, method="PUT")
    with urllib.request.urlopen(asked, timeout=START_S, context=context):
        pass


def _get(url: str, headers: Mapping[str, str], context: ssl.SSLContext | None = None) -> bytes | None:
    try:
        asked = urllib.request.Request(url, headers=dict(headers))
        with urllib.request.urlopen(asked, timeout=DEADLINE_S, context=context) as answer:
            body: bytes = answer.read()
            return body
    except HTTPError as error:
        if error.code != HTTPStatus.NOT_FOUND:
            raise
        return None


def _authorised() -> dict[str, str]:
    return {"Authorization": f"Bearer {_access()}", "x-ms-version": VERSION}


def _access() -> str:
    """A token for storage, of the shape that Entra ID's have; Azurite reads its claims."""
    now = int(time.time())
    times = {"nbf": now - 60, "iat": now - 60, "exp": now + 3600}
    return _jwt({"iss": f"https://sts.windows.net/{TENANT}/", "aud": "https://storage.azure.com", **times})


def _jwt(claims: Mapping[str, str | int]) -> str:
    parts: tuple[Mapping[str, str | int], ...] = ({"alg": "RS256", "typ": "JWT"}, claims)
    coded = [base64.urlsafe_b64encode(json.dumps(dict(part)).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*coded, "c2lnbmF0dXJl"])
