"""Writes a small MaxMind DB (format 2.0) of countries, so that a real reader can be tested without anybody's data."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network

RECORD_BYTES = 3
_EMPTY = -1
_UINT16, _UINT32, _UINT64 = bytes([5 << 5 | 2]), bytes([6 << 5 | 4]), bytes([8, 9 - 7])
"""Control bytes: type and length."""


def write_mmdb(countries: Mapping[IPv4Network | IPv6Network, object], version: int = 6) -> bytes:
    """A database that has one record for each network."""
    tree: list[list[int]] = [[_EMPTY, _EMPTY]]
    data = b""
    for network, record in countries.items():
        _put(tree, _bits(network, version), -2 - len(data))
        data += _value(record)
    nodes = b"".join(_record(value, len(tree)) for node in tree for value in node)
    metadata = {
        "binary_format_major_version": (_UINT16, 2),
        "binary_format_minor_version": (_UINT16, 0),
        "build_epoch": (_UINT64, 1),
        "database_type": "Country",
        "description": {"en": "for tests"},
        "ip_version": (_UINT16, version),
        "languages": ["en"],
        "node_count": (_UINT32, len(tree)),
        "record_size": (_UINT16, RECORD_BYTES * 8),
    }
    return nodes + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + _value(metadata)


def _bits(network: IPv4Network | IPv6Network, version: int) -> str:
    bits = f"{int(network.network_address):0{network.max_prefixlen}b}"[: network.prefixlen]
    return "0" * 96 + bits if version == 6 and network.version == 4 else bits


def _put(tree: list[list[int]], bits: str, value: int) -> None:
    node = tree[0]
    for bit in bits[:-1]:
        if node[int(bit)] == _EMPTY:
            tree.append([_EMPTY, _EMPTY])
            node[int(bit)] = len(tree) - 1
        node = tree[node[int(bit)]]
    node[int(bits[-1])] = value


def _record(value: int, nodes: int) -> bytes:
    if value == _EMPTY:
        value = nodes
    elif value < 0:
        value = nodes + 16 + (-2 - value)
    return value.to_bytes(RECORD_BYTES, "big")


def _value(value: object) -> bytes:
    match value:
        case dict():
            return bytes([7 << 5 | len(value)]) + b"".join(_value(k) + _value(v) for k, v in value.items())
        case list():
            return bytes([len(value), 11 - 7]) + b"".join(_value(v) for v in value)
        case str():
            text = value.encode()
            assert len(text) < 29
            return bytes([2 << 5 | len(text)]) + text
        case (bytes(control), int(number)):
            return control + number.to_bytes(control[0] & 31, "big")
    raise TypeError(type(value).__name__)
