"""Who may use a route: what each asks, and which role of an account may do what.

May not know which routes there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Permission(Enum):
    """What a route asks of whoever uses it."""

    OPEN = "anybody, unasked"
    """Who it is is not even looked up: health, and files without secrets."""
    PUBLIC = "anybody"
    SIGNED_IN = "somebody signed in"
    SEES = "see sites and results"
    EDITS = "change definitions"
    PUBLISHES = "publish"
    GIVES_ACCESS = "make and take back tokens"
    ADDS_SITES = "add sites"
    MANAGES = "invite and remove members"
    AUDITS = "read the audit log"
    READS = "a program with a token of the site"
    WRITES = "a program with a token of the site that may write"


class Role(Enum):
    """What somebody is in an account, from most to least."""

    OWNER = "owner"
    ADMIN = "admin"
    PUBLISHER = "publisher"
    EDITOR = "editor"
    VIEWER = "viewer"


FOR_MEMBERS = (
    Permission.SEES,
    Permission.EDITS,
    Permission.PUBLISHES,
    Permission.GIVES_ACCESS,
    Permission.ADDS_SITES,
    Permission.MANAGES,
    Permission.AUDITS,
)
"""What depends on a role, in the order in which it is shown."""

_VIEWER = frozenset({Permission.SIGNED_IN, Permission.SEES})
_EDITOR = _VIEWER | {Permission.EDITS}
_PUBLISHER = _EDITOR | {Permission.PUBLISHES}
_ADMIN = _PUBLISHER | {Permission.GIVES_ACCESS, Permission.ADDS_SITES, Permission.MANAGES, Permission.AUDITS}

MAY: Mapping[Role, frozenset[Permission]] = {
    Role.OWNER: _ADMIN,
    Role.ADMIN: _ADMIN,
    Role.PUBLISHER: _PUBLISHER,
    Role.EDITOR: _EDITOR,
    Role.VIEWER: _VIEWER,
}

GIVES: Mapping[Role, tuple[Role, ...]] = {
    Role.OWNER: tuple(Role),
    Role.ADMIN: (Role.PUBLISHER, Role.EDITOR, Role.VIEWER),
    Role.PUBLISHER: (),
    Role.EDITOR: (),
    Role.VIEWER: (),
}
"""Which roles each may give and take away: nobody gives more than is their own, and owners answer to owners alone."""


def may(role: Role, permission: Permission) -> bool:
    """Whether a role has a permission."""
    return permission in MAY[role]
