"""What the text of a setting means: addresses, URLs, networks, files; or why it can't be used.

May not know the names of settings.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

OFF = "off"

GUARD_MINUTES = 10

_EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104 -- read, not bound


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a text can't be used, and what to write instead."""

    why: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """One setting that can't be used, and what to do about it, on one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens; port 0 stands for any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """How a browser on this machine reaches it."""
        return f"http://{_EVERY_INTERFACE.get(self.host.strip('[]'), self.host)}:{self.port}"


V = TypeVar("V")
Reader = Callable[[str], V | Unfit]


def address(text: str) -> Address | Unfit:
    """`host:port`; an IPv6 host stands in brackets."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdecimal():
        return Unfit("write host:port, such as 127.0.0.1:8600")
    if int(port) > 65535:
        return Unfit("a port is a number up to 65535")
    return Address(host, int(port))


def addresses(text: str) -> tuple[Address, ...] | Unfit:
    """A list of `host:port`, with commas between."""
    found = [address(part.strip()) for part in text.split(",")]
    for one in found:
        if isinstance(one, Unfit):
            return one
    several = tuple(a for a in found if isinstance(a, Address))
    if len(several) > 1 and {_ip_version(a.host) for a in several} not in ({4}, {6}):
        return Unfit("several aggregators need IP addresses, all of one kind")
    return several


def _ip_version(host: str) -> int:
    try:
        return ip_address(host.strip("[]")).version
    except ValueError:
        return 0


def web_url(text: str) -> str | Unfit:
    """`http://…` or `https://…`, without query and fragment; a closing slash is dropped."""
    try:
        parts = urlsplit(text)
        port_is_fit = parts.port is None or parts.port > 0
    except ValueError:
        port_is_fit = False
        parts = urlsplit("")
    fit = parts.scheme in ("http", "https") and parts.hostname and port_is_fit
    if not fit or parts.query or parts.fragment:
        return Unfit("write an address such as https://relay.example")
    return text.rstrip("/")


def store_url(text: str) -> str | Unfit:
    """Where artifacts are published."""
    from cdn_publish.opening import BadTarget, open_target

    target = open_target(text)
    return Unfit(target.reason) if isinstance(target, BadTarget) else text.rstrip("/")


def cdn(text: str) -> str | Unfit:
    """The CDN that is told of releases; empty for none."""
    from cdn_publish.purging.opening import NONE, BadCdn, open_cdn

    opened = open_cdn(text, {})
    return Unfit(opened.reason) if isinstance(opened, BadCdn) else "" if text == NONE else text


def database_url(text: str) -> str | Unfit:
    """`sqlite:///` and the absolute path of a file, or `postgres://…`."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(text)
        if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
            return text
        if parts.scheme == "postgres" and parts.hostname and len(parts.path) > 1:
            return text
    return Unfit("write sqlite:///absolute/path.db or postgres://user:password@host:5432/name")


def networks(text: str) -> tuple[Network, ...] | Unfit:
    """Addresses or networks, with commas between."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(","))
    except ValueError:
        return Unfit("write addresses or networks with commas between, such as 10.0.0.0/8,192.0.2.7")


def country_file(text: str) -> Path | Unfit:
    """The path of an .mmdb file."""
    from ingest_grpc.relay.address import UNREADABLE, CountryFile

    path = Path(text).expanduser()
    if not path.is_file():
        return Unfit("there is no such file")
    try:
        CountryFile(path)
    except UNREADABLE:
        return Unfit("that is no .mmdb file of countries")
    return path.absolute()


def readable_file(text: str) -> Path | Unfit:
    """The path of a file that this process may read."""
    path = Path(text).expanduser().absolute()
    try:
        path.open("rb").close()
    except OSError as error:
        return Unfit(f"can't be read ({error.strerror})")
    return path


def folder(text: str) -> Path | Unfit:
    """The path of a folder, which need not be there."""
    path = Path(text).expanduser().absolute()
    return path if not path.exists() or path.is_dir() else Unfit("that is not a folder")


def header_name(text: str) -> str | Unfit:
    """The name of a request header, in lower case."""
    fit = text.isascii() and text.replace("-", "").isalnum()
    return text.lower() if fit else Unfit("write the name of a header, such as CF-IPCountry")


def secret(text: str) -> str | Unfit:
    """At least 32 characters, so that it can't be guessed."""
    return text if len(text) >= 32 else Unfit("write at least 32 random characters")


def name(text: str) -> str | Unfit:
    """A short name without spaces."""
    fit = 0 < len(text) <= 63 and text.isascii() and text.isprintable() and " " not in text
    return text if fit else Unfit("write up to 63 letters, digits, dots or hyphens")


def number(least: int, most: int) -> Reader[int]:
    """A whole number within bounds."""

    def read(text: str) -> int | Unfit:
        fit = text.isascii() and text.isdecimal() and least <= int(text[:9]) <= most
        return int(text) if fit else Unfit(f"write a number from {least} to {most}")

    return read


def unless_off(reader: Reader[V]) -> Reader[V | None]:
    """What another reader makes of it; None for the word `off`."""

    def read(text: str) -> V | Unfit | None:
        return None if text == OFF else reader(text)

    return read


def minutes(text: str) -> int | Unfit | None:
    """A minute to a day of them; None for the word `off`."""
    return unless_off(number(1, 1_440))(text)


def one_of(*choices: str) -> Reader[str]:
    """One of a few words."""

    def read(text: str) -> str | Unfit:
        return text if text in choices else Unfit(f"write {' or '.join(choices)}")

    return read
