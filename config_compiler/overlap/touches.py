"""Whether the changes of two experiments can come into each other's way, and how.

Silent only where the selectors prove that they cannot. May not know whether anybody sees both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from config_compiler.overlap.effort import Effort
from config_compiler.overlap.elements import Nesting, may_be_same, nesting
from config_compiler.overlap.footprints import Aspect, Footprint


class Contact(IntEnum):
    """How two changes meet, what weighs least first."""

    PERHAPS = 1
    """Perhaps: a script may do anything, an element may lie inside another."""
    INSIDE = 2
    """What one changes lies inside what the other replaces, hides or moves."""
    AWAY = 3
    """One sends visitors away from the page that the other changes."""
    ELEMENT = 4
    """Both change an element that can be the same."""
    SETTING = 5
    """Both set the same thing of the same selector: one of the two is lost."""


@dataclass(frozen=True, slots=True)
class Touch:
    """Two changes that meet; in `INSIDE` and `AWAY`, `one` may be either."""

    contact: Contact
    one: Footprint
    other: Footprint


_NAMED = (Aspect.STYLE, Aspect.ATTRIBUTE, Aspect.CLASS)
_SET = (Aspect.INSIDE, Aspect.STYLE, Aspect.ATTRIBUTE)
_REACHES_IN = (Aspect.INSIDE, Aspect.PRESENCE)
_ON_PAGE = (Aspect.ADDRESS, Aspect.ANYTHING)


def touch(ours: Iterable[Footprint], theirs: Iterable[Footprint], effort: Effort) -> Touch | None:
    """The contact that weighs most, the first of equals; None where there is none."""
    theirs = tuple(theirs)
    ours = tuple(ours)
    loose = frozenset(mark.name for mark in (*ours, *theirs) if mark.aspect is Aspect.ATTRIBUTE)
    best: Touch | None = None
    for one in ours:
        effort.spend(1 + len(theirs) // 8)
        for other in theirs:
            contact = _contact(one, other, loose)
            if contact is not None and (best is None or contact > best.contact):
                best = Touch(contact, one, other)
                if contact is Contact.SETTING:
                    return best
    return best


def _contact(one: Footprint, other: Footprint, loose: frozenset[str]) -> Contact | None:
    if one.aspect in _ON_PAGE or other.aspect in _ON_PAGE:
        return _on_page(one.aspect, other.aspect)
    found = tuple(_on_elements(one, other, loose))
    return max(found, default=None)


def _on_page(one: Aspect, other: Aspect) -> Contact:
    if one is other is Aspect.ADDRESS:
        return Contact.SETTING
    return Contact.AWAY if Aspect.ADDRESS in (one, other) else Contact.PERHAPS


def _on_elements(one: Footprint, other: Footprint, loose: frozenset[str]) -> Iterator[Contact]:
    if _at_odds(one, other) and may_be_same(one.selector, other.selector, loose):
        alike = one.selector == other.selector and one.aspect is other.aspect in _SET
        yield Contact.SETTING if alike else Contact.ELEMENT
    for outer, inner in ((one, other), (other, one)):
        if outer.aspect in _REACHES_IN:
            inside = nesting(inner.selector, outer.selector, loose)
            if inside is not Nesting.NO:
                yield Contact.INSIDE if inside is Nesting.SHOWN else Contact.PERHAPS


def _at_odds(one: Footprint, other: Footprint) -> bool:
    """Whether the two meet if the element is the same."""
    if one.aspect is other.aspect and one.aspect in _NAMED:
        return _related(one.name, other.name)
    beside = (one.aspect is Aspect.BESIDE) + (other.aspect is Aspect.BESIDE)
    return beside != 1 or Aspect.PRESENCE in (one.aspect, other.aspect)


_ALL = "all"


def _related(one: str, other: str) -> bool:
    """Whether a name is the other, or a property that holds it, as `border` holds `border-top-color`."""
    if _ALL in (one, other):
        return True
    return (
        one == other
        or one.startswith(f"{other}-")
        or other.startswith(f"{one}-")
        or _SHARED.get(one) == other
        or (_SHARED.get(other) == one)
    )


_SHARED = {
    "line-height": "font",
    "row-gap": "gap",
    "column-gap": "gap",
    "flex-direction": "flex-flow",
    "flex-wrap": "flex-flow",
    "top": "inset",
    "right": "inset",
    "bottom": "inset",
    "left": "inset",
    "grid-row": "grid-area",
    "grid-column": "grid-area",
    "align-content": "place-content",
    "justify-content": "place-content",
    "align-items": "place-items",
    "justify-items": "place-items",
    "align-self": "place-self",
    "justify-self": "place-self",
}
"""Properties that a shorthand of another name sets."""
