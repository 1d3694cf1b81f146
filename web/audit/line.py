"""Who changed what, and when: a line for each deed, kept for good.

May not know how anything is changed.
"""

from __future__ import annotations

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
    LET_IN = "made a token"
    SHUT_OUT = "took a token back"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One deed. `number` and `digest` name the release that went live, `revision` what it was compiled from."""

    site: SiteKey
    at_ms: int
    who: str
    did: Deed
    environment: str | None = None
    number: int | None = None
    digest: Digest | None = None
    revision: int | None = None
    note: str = ""
