"""What the relay makes of an address: a country, and how many connections a place holds open. Then it is forgotten.

May not know what the beacon says, or an address as text. Nothing here is logged, stored or shown.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import maxminddb

from domain.address import Address, Connection, Proxies, peer_of

NOWHERE = ""
MOST_CONNECTIONS = 512
"""That one place may hold open, unless it is a trusted proxy: an office of visitors needs fewer."""

_COUNTRY = re.compile(r"[A-Za-z]{2}")
_NO_COUNTRY = frozenset({"XX", "ZZ", "T1", "A1", "A2", "O1", "AP"})
"""Codes that stand for an unknown country, a proxy or a region."""


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
            caller = hashlib.blake2b(peer_of(connection).prefix(), digest_size=8, key=self._key).digest()
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
