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


def fix_for(word: str, known: Iterable[str]) -> str:
    """The known word, where one and only one is so near that nothing else can be meant; nothing otherwise."""
    close = get_close_matches(word.lower(), sorted(known), n=2, cutoff=0.75)
    return close[0] if len(close) == 1 else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean …?`, or nothing."""
    close = nearest_word(word, known)
    return "" if close is None else f'did you mean "{close}"?'
