"""Why a text cannot be used as what it was meant to be: a selector, a pattern, a declaration.

May not know where the text was written.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """The answer of a reader that refuses a text."""

    why: str
    """Goes on from the text: `… ends in a comma`."""
    hint: str = ""
    fix: str = ""
    """What to write instead, where it is certain enough."""
