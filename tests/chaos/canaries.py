"""Things that must never be written anywhere, and every shape in which they could be found in bytes.

May not know what is searched.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ADDRESSES = ("203.0.113.77", "198.51.100.213", "2001:db8:cafe:77:1234:5678:9abc:def0")
"""Of the blocks that are set aside for documentation (RFC 5737, RFC 3849)."""
AGENT = "CanaryBrowser/77.3141 (a visitor's own machine)"
EMAIL = "yellow.bird.7731@mail.example"
TOKEN = "tok9f8e7d6c5b4a39281706f5e4d3c2b1a0"
COOKIE = "visitor-cookie-5b1d9e7f"
BEARER = "bearer-31c4f0aa77d2"
QUERY = "query-secret-8812f7"
SEED = "c0ffee77deadbeef"
TEXTS = (*ADDRESSES, AGENT, EMAIL, TOKEN, COOKIE, BEARER, QUERY, SEED)


@dataclass(frozen=True)
class Shape:
    """One way in which a canary may stand in bytes."""

    canary: str
    how: str
    content: bytes


def shapes(secret: bytes) -> Iterator[Shape]:
    """Every canary in every shape; `secret` is a key that somebody may have hashed it with."""
    for canary in TEXTS:
        for how, content in _plain(canary):
            yield Shape(canary, how, content)
            for digest in ("md5", "sha1", "sha256"):
                for salted, data in (("", content), ("salted ", secret + content), ("salted after ", content + secret)):
                    hashed = hashlib.new(digest, data).digest()
                    yield from _written(canary, f"{salted}{digest} of {how}", hashed)
                yield from _written(canary, f"hmac {digest} of {how}", hmac.new(secret, content, digest).digest())


def _plain(canary: str) -> Iterator[tuple[str, bytes]]:
    content = canary.encode()
    yield "text", content
    yield "UTF-16", canary.encode("utf-16-le")
    yield "base64", base64.b64encode(content).rstrip(b"=")[:-1]
    yield "hex", content.hex().encode()
    if canary in ADDRESSES:
        packed = ipaddress.ip_address(canary).packed
        yield "packed", packed
        yield "packed hex", packed.hex().encode()
        yield "reversed", packed[::-1]


def _written(canary: str, how: str, digest: bytes) -> Iterator[Shape]:
    yield Shape(canary, how, digest)
    yield Shape(canary, f"{how}, hex", digest.hex().encode())
    yield Shape(canary, f"{how}, base64", base64.b64encode(digest).rstrip(b"=")[:-1])
    yield Shape(canary, f"{how}, cut to 64 bits", digest[:8])


def hits(folder: Path, secret: bytes, also: dict[str, bytes]) -> tuple[list[str], int]:
    """Where a canary stands in the files of a folder, or in what else was written; and how many bytes were searched."""
    contents = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()} | also
    wanted = list(shapes(secret))
    found = [
        f"{shape.canary} as {shape.how} in {name}"
        for name, content in contents.items()
        for shape in wanted
        if shape.content in content or (shape.how == "text" and shape.content.lower() in content.lower())
    ]
    return found, sum(map(len, contents.values()))
