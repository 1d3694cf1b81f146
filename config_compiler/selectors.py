"""CSS selectors: whether browsers read them, and whether they can find an element.

May not know what is done to the elements found.
"""

from __future__ import annotations

import re

from config_compiler.flaw import Flaw

MAX_LENGTH = 400
MAX_NESTING = 8

_WORD = r"-?[A-Za-z_][A-Za-z0-9_-]*"
_COMPOUND = rf"(?:[A-Za-z][A-Za-z0-9]*(?:[#.]{_WORD})*|(?:[#.]{_WORD})+)"
_PLAIN = re.compile(rf"{_COMPOUND}(?:(?: +| *[>+~,] *){_COMPOUND})*")
"""Tags, ids and classes of ASCII letters: most of what is ever written, and nothing that could be read in two ways."""


def canonical_selector(text: str) -> str:
    """A selector as it is emitted."""
    return " ".join(text.split()) if "'" not in text and '"' not in text else text.strip()


def selector_flaw(text: str, *, elements_only: bool = True) -> Flaw | None:
    """Why a selector is refused; None where it may be used. Only a style can reach a pseudo-element."""
    if len(text) > MAX_LENGTH or text.count("(") > MAX_NESTING:
        return Flaw(f"is longer than {MAX_LENGTH} characters or nests too much", "give the element a class or an id")
    if _PLAIN.fullmatch(text):
        return None
    from config_compiler.parsed_selectors import flaw_of_parsed  # only where one is not plain, since it is much to load

    return flaw_of_parsed(text, elements_only=elements_only)
