"""A page's path as it is counted: a segment that could point to one visitor, order or message becomes `*`.

May not know which site the page belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote

LONGEST = 200
"""Characters of a counted path; what follows is cut off at a segment."""

MOST_SEGMENTS = 12

LONGEST_SEGMENT = 150

HIDDEN = "*"

_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp)\Z", re.IGNORECASE)
_SEPARATORS = re.compile(r"[-_.,;:+~=() ]+")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_HEX = re.compile(r"[0-9A-Fa-f]{8,}")


def _is_number(word: str) -> bool:
    return len(word) >= 3 and word.isdecimal() and _YEAR.fullmatch(word) is None


def _is_hash(word: str) -> bool:
    return _HEX.fullmatch(word) is not None and _digits(word) > 0


def _is_code(word: str) -> bool:
    return len(word) >= 10 and _digits(word) >= 3


def _is_token(word: str) -> bool:
    return len(word) >= 16 and not (word.islower() or word.isupper() or word.istitle())


PERSONAL_WORDS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("a number of three digits or more that is not a year", _is_number),
    ("eight or more hexadecimal digits, one of them 0 to 9", _is_hash),
    ("ten or more characters, three of them digits", _is_code),
    ("sixteen or more characters in mixed case", _is_token),
)
"""What a segment's word must not be, lest the segment becomes `*`."""


@lru_cache(maxsize=8192)
def counted_page(path: str) -> str:
    """The path without query and fragment, with `*` for each segment that looks personal."""
    segments = [HIDDEN if looks_personal(s) else s for s in re.split("[?#]", path, maxsplit=1)[0].split("/")[1:]]
    if len(segments) > MOST_SEGMENTS:
        segments = [*segments[:MOST_SEGMENTS], HIDDEN]
    counted = "/" + "/".join(segments)
    return counted if len(counted) <= LONGEST else counted[: LONGEST - 1].rpartition("/")[0] + "/" + HIDDEN


def looks_personal(segment: str) -> bool:
    """Whether a path segment, or a campaign's name, could point to one visitor, order or message.

    Three words or more are a headline, and public, whatever number stands beside them.
    """
    plain = _EXTENSION.sub("", unquote(segment))
    if "@" in plain or len(plain) > LONGEST_SEGMENT:
        return True
    words = _SEPARATORS.split(plain)
    if sum(len(word) >= 2 and word.isalpha() and not _is_token(word) for word in words) >= 3:
        return False
    return any(is_personal(word) for word in words for _, is_personal in PERSONAL_WORDS)


def _digits(word: str) -> int:
    return sum(character.isdecimal() for character in word)
