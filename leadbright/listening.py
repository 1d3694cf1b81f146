"""Ports of this machine: whether one is taken, and which one is free.

May not know what listens there.
"""

from __future__ import annotations

import socket
from dataclasses import replace

from leadbright.setting_values import Address


def is_taken(address: Address) -> bool:
    """Whether nothing new can listen there now."""
    try:
        with _bound(address):
            return False
    except OSError:
        return True


def with_free_port(address: Address) -> Address:
    """The same address where it names a port, else one with a port that is free now."""
    if address.port:
        return address
    with _bound(address) as listening:
        return replace(address, port=listening.getsockname()[1])


def _bound(address: Address) -> socket.socket:
    # Without SO_REUSEPORT, so that a port shared by others counts as taken.
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    return socket.create_server((address.host.strip("[]"), address.port), family=family)
