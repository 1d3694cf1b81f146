"""Channels to the aggregators: several addresses behave as one, and calls that found nobody are tried again.

May not know what is asked over them.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence

import grpc
from grpc import aio

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
"""Largest message that either side takes. A relay sends 1 MiB of frames at a time."""

OPTIONS: tuple[tuple[str, int | str], ...] = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    # A peer that went away without a word is noticed within half a minute.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
)

_SERVICES = ("leadbright.v1.AggregationService", "leadbright.v1.ReportService")

SERVICE_CONFIG = json.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{"service": name} for name in _SERVICES],
                # Safe for every call: reports only read, and frames that were committed before are recognised.
                "retryPolicy": {
                    "maxAttempts": 3,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "0.5s",
                    "backoffMultiplier": 3,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
    }
)


def open_channel(
    addresses: Sequence[str], credentials: grpc.ChannelCredentials | None = None, name: str = ""
) -> aio.Channel:
    """A channel that spreads its calls over every address, each `host:port`.

    Several addresses must be IP addresses; one may be a name, and then stands for all that it resolves to.
    `name` is what the certificate at the other end must be for, where that is not the address.
    Raises ValueError. The caller closes the channel.
    """
    options = [
        *OPTIONS,
        ("grpc.service_config", SERVICE_CONFIG),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 5_000),
    ]
    if name:
        options.append(("grpc.ssl_target_name_override", name))
    if credentials is None:
        return aio.insecure_channel(target(addresses), options=options)
    return aio.secure_channel(target(addresses), credentials, options=options)


def target(addresses: Sequence[str]) -> str:
    """What gRPC calls these addresses."""
    if not addresses:
        raise ValueError("an aggregator's address is missing")
    versions = {_ip_version(address) for address in addresses}
    if versions == {4}:
        return "ipv4:" + ",".join(addresses)
    if versions == {6}:
        return "ipv6:" + ",".join(addresses)
    if len(addresses) > 1:
        raise ValueError(f"several aggregators need IP addresses of one kind, not {', '.join(addresses)}")
    return f"dns:///{addresses[0]}"


def _ip_version(address: str) -> int | None:
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal():
        raise ValueError(f'"{address}" is not HOST:PORT')
    try:
        return ipaddress.ip_address(host.strip("[]")).version
    except ValueError:
        return None
