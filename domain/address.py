"""The only file that sees a visitor's address: it becomes a keyed hash that holds for an hour, and is forgotten.

May not know who asks, or for what. Nothing here is logged, stored or shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Protocol

HOUR_MS = 3_600_000

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

    def getall(self, name: str, default: list[str], /) -> list[str]: ...


class Connection(Protocol):
    """As much of a connection as is needed to tell where it comes from."""

    @property
    def client_ip(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies in front: whose word is taken, and the header in which they say the country."""

    trusted: tuple[Network, ...] = ()
    country_header: str = ""

    def place(self, connection: Connection | None, headers: Headers) -> tuple[Address, str]:
        """Where a request came from, and the country that a proxy says it is from, if one does.

        With trusted proxies configured only these are believed, and the last address that is not one of them counts.
        A proxy may write what it knows into a line of its own, below one that a client made up.
        """
        address = peer_of(connection)
        said = headers.get(self.country_header, "") if self.country_header else ""
        if not self.trusted:
            return address, said
        if not self._trusts(address):
            return address, ""
        hops = ",".join(headers.getall("x-forwarded-for", [])).split(",")
        senders = (Address(hop.strip()) for hop in reversed(hops))
        return next((a for a in senders if not self._trusts(a)), address), said

    def is_proxy(self, connection: Connection | None) -> bool:
        """Whether one of them is at the other end."""
        return bool(self.trusted) and self._trusts(peer_of(connection))

    def _trusts(self, address: Address) -> bool:
        found = address.parsed()
        return found is not None and any(found in network for network in self.trusted)


NO_PROXIES = Proxies()


def peer_of(connection: Connection | None) -> Address:
    """Who is at the other end of a connection."""
    return NO_ADDRESS if connection is None else Address(connection.client_ip)


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
