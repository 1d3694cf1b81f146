"""Who changed what, and when: a line for each deed, kept for good.

Nobody is in a line by more than a number, such as `member 7`. May not know how anything is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from domain.artifact import Digest
from domain.names import SiteKey


class Deed(Enum):
    """What was done; the value is kept, and read by people."""

    PUBLISHED = "published"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled back"
    SWITCHED_OFF = "switched off"
    SWITCHED_ON = "switched on again"
    PUSHED = "pushed a definition"
    CHANGED = "changed the definition"
    RESTORED = "restored a revision"
    ADDED = "added an experiment"
    EDITED = "changed an experiment"
    STARTED = "started an experiment"
    PAUSED = "paused an experiment"
    STOPPED = "stopped an experiment"
    SHIPPED = "shipped a variation"
    COPIED = "copied an experiment"
    TAKEN_OUT = "took an experiment out"
    LET_IN = "made a token"
    SHUT_OUT = "took a token back"
    SIGNED_UP = "made the account"
    SITE_ADDED = "added the site"
    INVITED = "invited somebody"
    UNINVITED = "took an invitation back"
    JOINED = "took an invitation"
    ROLE_CHANGED = "changed a role"
    REMOVED = "removed a member"
    LEFT = "left the account"
    SIGNED_IN = "signed in"
    CAME_OVER = "came over from another account"
    SIGNED_OUT = "signed out"
    SIGNED_OUT_THERE = "signed out in another browser"
    SIGNED_OUT_ELSEWHERE = "signed out everywhere else"


class Kind(Enum):
    """What a deed is about; the value is what people choose by."""

    RELEASES = "releases"
    DEFINITIONS = "definitions and experiments"
    TOKENS = "tokens"
    SITES = "account and sites"
    MEMBERS = "members"
    SESSIONS = "sessions"


DEEDS: Mapping[Kind, tuple[Deed, ...]] = {
    Kind.RELEASES: (Deed.PUBLISHED, Deed.PROMOTED, Deed.ROLLED_BACK, Deed.SWITCHED_OFF, Deed.SWITCHED_ON),
    Kind.DEFINITIONS: (
        Deed.PUSHED,
        Deed.CHANGED,
        Deed.RESTORED,
        Deed.ADDED,
        Deed.EDITED,
        Deed.STARTED,
        Deed.PAUSED,
        Deed.STOPPED,
        Deed.SHIPPED,
        Deed.COPIED,
        Deed.TAKEN_OUT,
    ),
    Kind.TOKENS: (Deed.LET_IN, Deed.SHUT_OUT),
    Kind.SITES: (Deed.SIGNED_UP, Deed.SITE_ADDED),
    Kind.MEMBERS: (Deed.INVITED, Deed.UNINVITED, Deed.JOINED, Deed.ROLE_CHANGED, Deed.REMOVED, Deed.LEFT),
    Kind.SESSIONS: (
        Deed.SIGNED_IN,
        Deed.CAME_OVER,
        Deed.SIGNED_OUT,
        Deed.SIGNED_OUT_THERE,
        Deed.SIGNED_OUT_ELSEWHERE,
    ),
}
"""Every deed, by what it is about."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One deed; of a site, or of an account as a whole.

    `number` and `digest` name the release that went live, `revision` the definition that it was compiled from or that
    was saved.
    """

    site: SiteKey | None
    at_ms: int
    who: str
    did: Deed
    environment: str | None = None
    number: int | None = None
    digest: Digest | None = None
    revision: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A line as the log has it; later ones have greater ids."""

    id: int
    line: AuditLine


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: what is empty or None asks for nothing. `until_ms` itself is no longer one of them."""

    site: SiteKey | None = None
    kind: Kind | None = None
    who: str = ""
    from_ms: int | None = None
    until_ms: int | None = None
