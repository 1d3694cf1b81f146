"""Ports of this machine: whether one is taken, and which one is free.

May not know what listens there.
"""

from __future__ import annotations

import contextlib
import errno
import socket
from dataclasses import replace

from leadbright.setting_values import Address


class Taken:
    """Something listens there already."""


def refusal(address: Address) -> Taken | str | None:
    """Why nothing new can listen there now, in words where it is not that something does; None where it can."""
    try:
        with _bound(address):
            return None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return Taken()
        # The socket module adds the address to what the system says.
        return (error.strerror or str(error)).partition(" (")[0]


def with_free_port(address: Address) -> Address:
    """The same address where it names a port, else one with a port that is free now, if there can be one."""
    if address.port:
        return address
    with contextlib.suppress(OSError), _bound(address) as listening:
        return replace(address, port=listening.getsockname()[1])
    return address


def shared(address: Address) -> socket.socket:
    """A socket of this address that other processes of the same user can have too; the system deals out connections."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind((address.host.strip("[]"), address.port))
    except OSError:
        made.close()
        raise
    return made


def _bound(address: Address) -> socket.socket:
    # Without SO_REUSEPORT, so that a port shared by others counts as taken.
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    return socket.create_server((address.host.strip("[]"), address.port), family=family)
