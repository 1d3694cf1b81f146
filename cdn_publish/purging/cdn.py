"""What every CDN's file makes: its name for people, and how it is told that addresses have new content.

May not know any CDN.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from urllib.parse import urlsplit

from cdn_publish.purging.asking import Asking, PurgeError

Environment = Mapping[str, str]
"""The variables of the process, in which credentials are."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Public addresses, all of one host, whose content is new since `at`."""

    urls: Sequence[str]
    at: datetime

    @property
    def host(self) -> str:
        """Host, with the port where one is named."""
        return urlsplit(self.urls[0]).netloc

    @property
    def paths(self) -> tuple[str, ...]:
        """The addresses without scheme and host."""
        return tuple(urlsplit(url).path for url in self.urls)


Purge = Callable[[Moved, Asking], Awaitable[None]]
"""Tells a CDN. Raises PurgeError."""


@dataclass(frozen=True, slots=True)
class Cdn:
    """One CDN, ready to be told."""

    name: str
    purge: Purge


def needed(environment: Environment, *names: str) -> tuple[str, ...]:
    """The values of variables. Raises PurgeError where one is missing."""
    missing = [name for name in names if not environment.get(name)]
    if missing:
        not_set(" and ".join(missing))
    return tuple(environment[name] for name in names)


def not_set(names: str) -> NoReturn:
    """Raises PurgeError."""
    raise PurgeError(f"can't be asked: set {names}")
