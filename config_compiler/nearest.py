"""The likeliest word that someone meant, for hints.

May not know what the words are.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest_word(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one; None where none is."""
    close = get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return close[0] if close else None


_MEANINGS = {
    "running": ("live", "active", "on", "started", "published", "enabled", "true"),
    "stopped": ("ended", "finished", "done", "over", "archived", "off", "disabled", "inactive", "false"),
    "draft": ("new", "planned", "unpublished"),
    "paused": ("on hold", "halted", "suspended"),
    "test": ("ab", "a/b", "a-b", "split", "experiment"),
    "personalisation": ("personalization", "rollout"),
    "required": ("opt-in", "ask", "yes", "needed"),
    "none": ("no", "never", "not-needed"),
    "allowed": ("allow", "yes", "true", "on"),
    "forbidden": ("forbid", "no", "false", "off", "denied"),
}
"""What else people write for a word of the language."""


def nearest_meaning(word: str, known: Iterable[str]) -> str:
    """`did you mean …?` of a word that is spelt quite otherwise, or nothing."""
    close = next((each for each in known if word.lower() in _MEANINGS.get(each, ())), None)
    return "" if close is None else f'did you mean "{close}"?'


def fix_for(word: str, known: Iterable[str]) -> str:
    """The known word, where one and only one is so near that nothing else can be meant; nothing otherwise."""
    close = get_close_matches(word.lower(), sorted(known), n=2, cutoff=0.75)
    return close[0] if len(close) == 1 else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean …?`, or nothing."""
    close = nearest_word(word, known)
    return "" if close is None else f'did you mean "{close}"?'
