"""Who may use a route.

May not know which routes there are.
"""

from __future__ import annotations

from enum import Enum


class Permission(Enum):
    """What a route asks of whoever uses it."""

    OPEN = "anybody, unasked"
    """Who it is is not even looked up: health, and files without secrets."""
    PUBLIC = "anybody"
    SIGNED_IN = "somebody signed in"
    READS = "a program with a token of the site"
    WRITES = "a program with a token of the site that may write"
