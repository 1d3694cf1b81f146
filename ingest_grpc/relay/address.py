"""The only file that sees a visitor's address: it becomes a country and a keyed hash, and is forgotten.

May not know what the beacon says. Nothing here is logged, stored or shown.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import Protocol

import maxminddb

HOUR_MS = 3_600_000
NOWHERE = ""
MOST_CONNECTIONS = 512
"""That one place may hold open, unless it is a trusted proxy: an office of visitors needs fewer."""

_COUNTRY = re.compile(r"[A-Za-z]{2}")
_NO_COUNTRY = frozenset({"XX", "ZZ", "T1", "A1", "A2", "O1", "AP"})
"""Codes that stand for an unknown country, a proxy or a region."""

Network = IPv4Network | IPv6Network


class Address:
    """Where a request came from. Its text is for this file alone: printing one shows nothing."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Address(…)"

    def parsed(self) -> IPv4Address | IPv6Address | None:
        """The address, an IPv4 one out of its IPv6 clothes; None where it is none."""
        try:
            found = ip_address(self._text)
        except ValueError:
            return None
        mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
        return mapped or found

    def prefix(self) -> bytes:
        """What one household or office has in common: the whole of an IPv4 address, half of an IPv6 one."""
        if ":" not in self._text:
            return self._text.encode(errors="replace")
        found = self.parsed()
        return b"" if found is None else found.packed[:8]


NO_ADDRESS = Address("")


class Headers(Protocol):
    """A request's headers, by names in lower case."""

    def get(self, name: str, default: str, /) -> str: ...


class Connection(Protocol):
    """As much of a connection as is needed to tell where it comes from."""

    @property
    def client_ip(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies in front of this relay: whose word is taken, and the header in which they say the country."""

    trusted: tuple[Network, ...] = ()
    country_header: str = ""

    def place(self, connection: Connection | None, headers: Headers) -> tuple[Address, str]:
        """Where a request came from, and the country that a proxy says it is from, if one does.

        With trusted proxies configured only these are believed, and the last address that is not one of them counts.
        """
        address = _peer(connection)
        said = headers.get(self.country_header, "") if self.country_header else ""
        if not self.trusted:
            return address, said
        if not self._trusts(address):
            return address, ""
        hops = headers.get("x-forwarded-for", "").split(",")
        senders = (Address(hop.strip()) for hop in reversed(hops))
        return next((a for a in senders if not self._trusts(a)), address), said

    def is_proxy(self, connection: Connection | None) -> bool:
        """Whether one of them is at the other end."""
        return bool(self.trusted) and self._trusts(_peer(connection))

    def _trusts(self, address: Address) -> bool:
        found = address.parsed()
        return found is not None and any(found in network for network in self.trusted)


NO_PROXIES = Proxies()


def _peer(connection: Connection | None) -> Address:
    return NO_ADDRESS if connection is None else Address(connection.client_ip)


class Callers:
    """How many connections each place holds open, known by a hash whose key nobody knows."""

    def __init__(self, proxies: Proxies, key: bytes, most: int = MOST_CONNECTIONS) -> None:
        self._proxies = proxies
        self._most = most
        self._key = key
        self._open: Counter[bytes] = Counter()

    def enter(self, connection: Connection | None) -> bytes | None:
        """One connection more; None where its place has too many. A trusted proxy stands for many places."""
        caller = b""
        if not self._proxies.is_proxy(connection):
            caller = hashlib.blake2b(_peer(connection).prefix(), digest_size=8, key=self._key).digest()
            if self._open[caller] >= self._most:
                return None
        self._open[caller] += 1
        return caller

    def leave(self, caller: bytes) -> None:
        """One connection less."""
        self._open[caller] -= 1
        if not self._open[caller]:
            del self._open[caller]


def country_said(header: str) -> str:
    """The ISO 3166 code in a proxy's header, or nothing."""
    code = header.strip()
    return code.upper() if _COUNTRY.fullmatch(code) and code.upper() not in _NO_COUNTRY else NOWHERE


Countries = Callable[[Address], str]
"""The country of an address as an ISO 3166 code; empty where unknown."""


def no_countries(_: Address) -> str:
    """Stands in where there is no database of countries."""
    return NOWHERE


UNREADABLE = (OSError, maxminddb.InvalidDatabaseError)
"""What a file raises that is no .mmdb."""


class CountryFile:
    """Countries from an .mmdb file, of which a copy is held in memory, so that whoever replaces it can't harm us."""

    def __init__(self, path: Path) -> None:
        """Raises one of `UNREADABLE`."""
        self._path = path
        self._reader = _reader_of(path.read_bytes())

    def renew(self) -> None:
        """Read the file again; where that fails, what was read before goes on. Raises one of `UNREADABLE`."""
        self._reader = _reader_of(self._path.read_bytes())

    def __call__(self, address: Address) -> str:
        """The country of an address; empty where unknown."""
        found = address.parsed()
        record = None if found is None else self._reader.get(found)
        return country_said(_code(record)) if isinstance(record, dict) else NOWHERE


def _reader_of(data: bytes) -> maxminddb.Reader:
    """A reader of bytes: the fast one wants a file, which Linux makes of memory; elsewhere the slow one will do."""
    if not hasattr(os, "memfd_create"):
        return maxminddb.open_database(io.BytesIO(data), maxminddb.MODE_FD)
    with os.fdopen(os.memfd_create("countries"), "wb", buffering=0) as file:
        file.write(data)
        return maxminddb.open_database(f"/proc/self/fd/{file.fileno()}")


def _code(record: dict[str, object]) -> str:
    country = record.get("country")
    code = country.get("iso_code") if isinstance(country, dict) else record.get("country_code")
    return code if isinstance(code, str) else NOWHERE


class Sources:
    """Tells one place from another for an hour, by a hash whose key nobody knows and which is then thrown away."""

    def __init__(self, randomness: Callable[[int], bytes]) -> None:
        self._randomness = randomness
        self._key = b""
        self._hour = -1

    def of(self, address: Address, now_ms: int) -> bytes:
        """Eight bytes, equal for beacons from one place within the hour."""
        hour = now_ms // HOUR_MS
        if hour != self._hour:
            self._hour, self._key = hour, self._randomness(32)
        return hashlib.blake2b(address.prefix(), digest_size=8, key=self._key).digest()
