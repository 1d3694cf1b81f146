"""Where each file of a site stands in a target, and how it is served: the published layout as data.

May not know what the files say, or which store holds them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cdn_publish.target import Attributes
from domain.artifact import Digest
from domain.names import KEY_PATTERN, SiteKey

POINTERS = ("relay.json", "config.json", "lb.js")
"""A release's files, in the order in which they go live: relays know an experiment before a browser can report it,
and `lb.js`, the only one that visitors load, comes last."""

LOG = "releases.json"

_TYPES = {"js": "text/javascript; charset=utf-8", "json": "application/json"}

# A minute old, then a minute while the browser asks again: a rollback reaches everybody in two.
_POINTER = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
_IMMUTABLE = "public, max-age=31536000, immutable"
_NEVER = "no-cache"

_PUBLISHED = re.compile(
    rf"(?:staging|production)/{KEY_PATTERN}/(?P<body>r/(?P<digest>[0-9a-f]{{16}})/)?(?P<name>[a-z.]+)"
)


class Environment(StrEnum):
    """A site is published twice: to try it, and for its visitors."""

    STAGING = "staging"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Place:
    """One site in one environment."""

    environment: Environment
    site: SiteKey

    @property
    def log(self) -> str:
        """The path of the release log."""
        return self.pointer(LOG)

    def pointer(self, name: str) -> str:
        """The path whose content changes with each release."""
        return f"{self.environment}/{self.site}/{name}"

    @property
    def bodies(self) -> str:
        """The folder of everything that never changes."""
        return self.pointer("r")

    def body(self, digest: Digest, name: str) -> str:
        """The path whose content never changes."""
        return f"{self.environment}/{self.site}/r/{digest}/{name}"


def attributes_of(path: str) -> Attributes | None:
    """How the object at `path` is served; None where the layout has no such path."""
    match = _PUBLISHED.fullmatch(path)
    if match is None or match["name"] not in (*POINTERS, LOG):
        return None
    if match["name"] == LOG:
        return None if match["body"] else Attributes(_TYPES["json"], _NEVER)
    cache_control = _IMMUTABLE if match["body"] else _POINTER
    return Attributes(_TYPES[match["name"].rpartition(".")[2]], cache_control)


def digest_in(path: str) -> Digest | None:
    """The digest under which the body at `path` was released; None where that is no body."""
    match = _PUBLISHED.fullmatch(path)
    return Digest(match["digest"]) if match and match["digest"] else None


def is_for_browsers(path: str) -> bool:
    """Whether a CDN hands `path` to anybody who asks: the log, which names people, is not among them."""
    return attributes_of(path) is not None and not path.endswith(LOG)
