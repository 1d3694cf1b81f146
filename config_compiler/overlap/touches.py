"""Whether the changes of two experiments can come into each other's way, and how.

Silent only where the selectors prove that they cannot. May not know whether anybody sees both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from config_compiler.overlap.effort import Effort
from config_compiler.overlap.elements import Certainty, nesting, sameness
from config_compiler.overlap.footprints import Aspect, Footprint


class Contact(IntEnum):
    """How two changes meet, what weighs least first."""

    PERHAPS = 1
    """Perhaps: a script may do anything, an element may be another or lie inside it."""
    ELEMENT = 2
    """Both change an element that their selectors name alike."""
    INSIDE = 3
    """What one changes lies inside what the other replaces, hides or moves."""
    AWAY = 4
    """One sends visitors away from the page that the other changes."""
    SETTING = 5
    """Both set the same thing of the same selector: one of the two is lost."""


@dataclass(frozen=True, slots=True)
class Touch:
    """Two changes that meet."""

    contact: Contact
    one: Footprint
    other: Footprint
    actor: Footprint
    """The one that replaces, sends away or runs a script; `one` where they are alike."""


_NAMED = (Aspect.STYLE, Aspect.ATTRIBUTE, Aspect.CLASS)
_SET = (Aspect.INSIDE, Aspect.STYLE, Aspect.ATTRIBUTE)
_REACHES_IN = (Aspect.INSIDE, Aspect.PRESENCE)


def touch(ours: Iterable[Footprint], theirs: Iterable[Footprint], effort: Effort) -> Touch | None:
    """The contact that weighs most, the first of equals; None where there is none."""
    ours, theirs = tuple(ours), tuple(theirs)
    loose = frozenset(mark.name for mark in (*ours, *theirs) if mark.aspect is Aspect.ATTRIBUTE)
    left, right = _by_selector(ours), _by_selector(theirs)
    best: Touch | None = None
    for selector, marks in left.items():
        effort.spend(8 * len(right))
        for other_selector, other_marks in right.items():
            relation = _relation(selector, other_selector, loose)
            if best is None or relation.most > best.contact:
                effort.spend(2 * len(marks) * len(other_marks))
                best = _best(
                    best, (t for one in marks for other in other_marks for t in _contacts(one, other, relation))
                )
    return best


def _best(best: Touch | None, touches: Iterable[Touch]) -> Touch | None:
    for met in touches:
        if best is None or met.contact > best.contact:
            best = met
    return best


def _by_selector(marks: Iterable[Footprint]) -> dict[str, list[Footprint]]:
    found: dict[str, list[Footprint]] = {}
    for mark in marks:
        found.setdefault(mark.selector, []).append(mark)
    return found


@dataclass(frozen=True, slots=True)
class _Relation:
    """What two selectors have to do with each other."""

    same: Certainty
    first_in_second: Certainty
    second_in_first: Certainty
    most: int
    """What weighs most of the contacts that can follow."""


_PAGE = _Relation(
    same=Certainty.SHOWN, first_in_second=Certainty.NO, second_in_first=Certainty.NO, most=Contact.SETTING
)


@lru_cache(20_000)
def _relation(one: str, other: str, loose: frozenset[str]) -> _Relation:
    if not (one and other):
        return _PAGE
    same = sameness(one, other, loose)
    inner, outer = nesting(one, other, loose), nesting(other, one, loose)
    most = _MOST[max(same, inner, outer)]
    return _Relation(same, inner, outer, Contact.SETTING if one == other else most)


_MOST: dict[Certainty, int] = {Certainty.NO: 0, Certainty.POSSIBLE: Contact.PERHAPS, Certainty.SHOWN: Contact.INSIDE}


def _contacts(one: Footprint, other: Footprint, relation: _Relation) -> Iterator[Touch]:
    """Every contact of two changes."""
    for aspect, contact in ((Aspect.ADDRESS, Contact.AWAY), (Aspect.ANYTHING, Contact.PERHAPS)):
        if aspect in (one.aspect, other.aspect):
            both = one.aspect is other.aspect is Aspect.ADDRESS
            yield Touch(Contact.SETTING if both else contact, one, other, one if one.aspect is aspect else other)
            return
    for outer, inside in ((one, relation.second_in_first), (other, relation.first_in_second)):
        if outer.aspect in _REACHES_IN and inside is not Certainty.NO:
            yield Touch(Contact.INSIDE if inside is Certainty.SHOWN else Contact.PERHAPS, one, other, outer)
    if relation.same is not Certainty.NO and _at_odds(one, other):
        alike = one.selector == other.selector and one.aspect is other.aspect and one.aspect in _SET
        contact = Contact.PERHAPS if relation.same is Certainty.POSSIBLE else Contact.ELEMENT
        yield Touch(Contact.SETTING if alike and one.name == other.name else contact, one, other, one)


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
