"""What a page says after something was done and the browser was sent on: a closed set, named in the address.

May not know how it was done.
"""

from __future__ import annotations

from enum import Enum


class Notice(Enum):
    """The value is what a person reads; the name, in lower case, is what an address says."""

    SAVED = "Saved. Visitors see nothing of it until you publish."
    UNCHANGED = "Nothing had changed, so nothing was saved."
    PUBLISHED = "Published. Visitors get it within about a minute."
    ALREADY_LIVE = "Saved. What visitors load is the same as before, so there was nothing to publish."
    ADDED = "Added as a draft. Change it here, set its status to running, then publish."

    REVOKED = "Taken back. Whoever has it is refused from now on."

    STARTED = "Started. Visitors get it once you publish."
    HALTED = "Done. Visitors see the original once you publish."
    SHIPPED = "Shipped. Visitors get it once you publish."
    COPIED = "Copied as a draft. Change what is to be different."
    REMOVED = "Taken out. It can be restored from the revisions."
    RESTORED = "Restored, as a new revision. Visitors see nothing of it until you publish."
    SIGNED_UP = "Welcome. This is your website here: put the line below into its pages, then edit and publish."
    SIGNED_OUT_THERE = "Signed out there."
    SIGNED_OUT_ELSEWHERE = "Signed out everywhere else."
    TAKEN_BACK = "Taken back. The link works no longer."
    CHANGED = "Done. It holds from their next click on."

    @classmethod
    def of(cls, text: str | None) -> Notice | None:
        """The notice that an address names; None for anything else."""
        return next((notice for notice in cls if notice.name.lower() == text), None)
