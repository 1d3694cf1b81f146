"""A site's definition asked of a running Leadbright, and handed to it, over its API.

Nothing is sent twice by itself, and a token is sent to one address only. May not know what a folder is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

import httpx
import msgspec
from msgspec import Struct

DEADLINE_S = 30.0
MOST_BYTES = 8_000_000
"""Of an answer: a definition holds up to 1 MB, escapes and findings come on top."""

V = TypeVar("V")

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Finding(Struct):
    """One thing that is wrong with what was pushed, as the server's compiler says it."""

    code: str
    severity: str
    message: str
    file: str
    line: int
    column: int
    hint: str = ""


class Stored(Struct):
    """The newest revision at the server; `edited` is the newest that a person saved there, 0 where none did."""

    site: str
    revision: int
    edited: int
    saved_by: str
    files: dict[str, str]


class Accepted(Struct):
    """The definition is the newest there, as this revision; unchanged where it was already."""

    revision: int
    changed: bool


class _Error(Struct):
    code: str
    message: str
    findings: list[Finding] = []
    revision: int = 0


class _Refused(Struct):
    error: _Error


class ExchangeError(Exception):
    """Why it did not work, in one line for the person at the terminal."""

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class OvertakenError(ExchangeError):
    """Somebody else saved meanwhile."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a Leadbright is: scheme, host, port and perhaps a prefix, without a slash at the end."""

    url: str
    token: str

    def read(self, site: str) -> Stored:
        """The newest definition. Raises ExchangeError."""
        return _decoded(self._ask("GET", site), Stored)

    def write(self, site: str, files: dict[str, str], revision: int, commit: str) -> Accepted:
        """Have these files kept, if `revision` is still the newest. Raises ExchangeError and OvertakenError."""
        sent = {"files": files, "commit": commit}
        return _decoded(self._ask("PUT", site, {"if-match": f'"{revision}"'}, msgspec.json.encode(sent)), Accepted)

    def _ask(self, method: str, site: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
        address = f"{self.url}/api/v1/sites/{site}/definition"
        said = {"authorization": f"Bearer {self.token}", **(headers or {})}
        try:
            with (
                httpx.Client(timeout=DEADLINE_S, follow_redirects=False) as client,
                client.stream(method, address, headers=said, content=body or None) as answer,
            ):
                content = _bounded(answer)
        except httpx.HTTPError as error:
            raise ExchangeError(f"{self.url} does not answer: {error or type(error).__name__}") from error
        if answer.status_code != httpx.codes.OK:
            raise _refusal(self.url, site, answer.status_code, answer.headers.get("location", ""), content)
        return content


def server_at(url: str, token: str) -> Server | str:
    """The server at an address, or what is wrong with that."""
    parts = _parts(url)
    if parts is None:
        return f'"{url}" is not the address of a Leadbright; write it like https://leadbright.example'
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        return f'a token is not sent unencrypted: write https:// instead of "{url}"'
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        return "set LEADBRIGHT_TOKEN to a token; the page Access of the site, in Leadbright, makes one"
    return Server(url.rstrip("/"), token)


def _parts(url: str) -> SplitResult | None:
    """An address of the web without query, fragment and credentials; None for anything else."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return None
    return parts if is_whole and not (parts.query or parts.fragment or parts.username) else None


def _bounded(answer: httpx.Response) -> bytes:
    content = bytearray()
    for part in answer.iter_bytes():
        content += part
        if len(content) > MOST_BYTES:
            raise httpx.DecodingError("its answer is too long")
    return bytes(content)


def _decoded(content: bytes, kind: type[V]) -> V:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise ExchangeError(f"the answer is not one of a Leadbright of this version: {error}") from error


def _refusal(url: str, site: str, status: int, location: str, content: bytes) -> ExchangeError:
    if 300 <= status < 400:
        return ExchangeError(f"{url} sends elsewhere, to {location[:200]}; write the address that is meant")
    try:
        error = msgspec.json.decode(content, type=_Refused).error
    except msgspec.MsgspecError:
        return ExchangeError(f"{url} answers {status}, and not as a Leadbright does; is that its address?")
    kind = OvertakenError if error.code == "overtaken" else ExchangeError
    return kind(f"{url} refuses {site}: {error.message}", tuple(error.findings))
