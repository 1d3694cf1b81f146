"""Who may use a route.

May not know which routes there are.
"""

from __future__ import annotations

from enum import Enum


class Permission(Enum):
    """What a route asks of whoever uses it."""

    PUBLIC = "anybody"
    SIGNED_IN = "somebody signed in"
