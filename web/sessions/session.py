"""Somebody signed in, and for how long at most.

May not know where sessions are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from web.permission import Permission, Role, may

HOUR_MS = 3_600_000
IDLE_MS = 12 * HOUR_MS
SESSION_MS = 7 * 24 * HOUR_MS
"""A session that nobody uses, and any session: each ends after so long."""

FIRST_ACCOUNT = 1
"""The account of whoever runs this Leadbright."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in; `id` is the secret that the browser carries."""

    id: str
    person: int | None
    """None for whoever opened a sign-in link."""
    account: int
    role: Role
    way: str = ""
    """The key of the provider; empty for a sign-in link."""

    @property
    def subject(self) -> str:
        """The name under which they are noted: we know no other."""
        return Role.OWNER.value if self.person is None else name_of(self.person)

    def may(self, permission: Permission) -> bool:
        """Whether their role has a permission."""
        return may(self.role, permission)


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as its owner sees it; `handle` names it and opens nothing."""

    handle: str
    way: str
    begun_ms: int
    seen_ms: int
    is_this: bool


def name_of(person: int) -> str:
    """What a person is called here."""
    return f"member {person}"
