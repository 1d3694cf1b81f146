"""What selectors alone say about elements: that two are certainly different, that one lies inside the other.

Silent about what only the page knows. May not know what is done to the elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import cssselect2
from cssselect2 import parser as css


class Certainty(IntEnum):
    """How far selectors alone say that something is so."""

    NO = 0
    POSSIBLE = 1
    SHOWN = 2


@dataclass(frozen=True, slots=True)
class Demands:
    """What a compound selector demands of one element, in lower case. An element has one tag, one id, many classes."""

    tag: str = ""
    ids: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    attributes: frozenset[tuple[str, str, str]] = frozenset()
    """Name, operator (`=`, `^=` …), value."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A complex selector from its subject outwards: the subject, then what stands before each combinator."""

    subject: Demands
    around: tuple[tuple[str, Demands], ...] = ()


@lru_cache(10_000)
def chains(selector: str) -> tuple[Chain, ...]:
    """The alternatives of a selector; one that demands nothing where it cannot be read."""
    try:
        parsed = list(css.parse(selector, namespaces={}))
    except (cssselect2.SelectorError, AttributeError, RecursionError):  # of cssselect2, for what ends in |
        return (Chain(Demands()),)
    return tuple(_chain(alternative.parsed_tree) for alternative in parsed)


def _chain(tree: object) -> Chain:
    around: list[tuple[str, Demands]] = []
    combinator, compounds = "", []
    while isinstance(tree, css.CombinedSelector):
        compounds.append((combinator, _demands(tree.right)))
        combinator, tree = tree.combinator, tree.left
    compounds.append((combinator, _demands(tree)))
    (_, subject), *around = compounds
    return Chain(subject, tuple(around))


def _demands(compound: object) -> Demands:
    simple = list(_simple(compound))
    tags = [s.lower_local_name for s in simple if isinstance(s, css.LocalNameSelector)]
    equal = [s for s in simple if isinstance(s, css.AttributeSelector) and s.operator is not None]
    ids = [s.ident for s in simple if isinstance(s, css.IDSelector)]
    ids += [s.value for s in equal if s.lower_name == "id" and s.operator == "="]
    return Demands(
        tag=tags[0] if tags else "",
        ids=frozenset(i.lower() for i in ids),
        classes=frozenset(s.class_name.lower() for s in simple if isinstance(s, css.ClassSelector)),
        attributes=frozenset((s.lower_name, s.operator, s.value.lower()) for s in equal),
    )


def _simple(compound: object) -> Iterator[object]:
    """What must all hold; alternatives such as `:is(a, b)` and negations demand nothing here."""
    yield from getattr(compound, "simple_selectors", ())


def sameness(one: str, other: str, loose: frozenset[str]) -> Certainty:
    """Whether one element matches both; attributes in `loose` are changed by the experiments themselves."""
    ours, theirs = chains(one), chains(other)
    if len(ours) == len(theirs) == 1:
        return _sameness(ours[0], theirs[0], loose)
    return max(_sameness(a, b, loose) for a in ours for b in theirs)


def _sameness(one: Chain, other: Chain, loose: frozenset[str]) -> Certainty:
    if _different(one.subject, other.subject, loose):
        return Certainty.NO
    for (join, above), (other_join, other_above) in zip(one.around, other.around, strict=False):
        if not join == other_join == ">":
            break
        if _different(above, other_above, loose):  # An element has one parent.
            return Certainty.NO
    alike = _same_thing(one.subject, other.subject) or _same_thing(other.subject, one.subject)
    return Certainty.SHOWN if alike or one == other else Certainty.POSSIBLE


def _different(one: Demands, other: Demands, loose: frozenset[str]) -> bool:
    if one.tag and other.tag and one.tag != other.tag:
        return True
    if (one.ids or other.ids) and "id" not in loose and len(one.ids | other.ids) > 1:
        return True
    if not (one.attributes and other.attributes):
        return False
    pairs = ((a, b) for a in one.attributes for b in other.attributes if a[0] == b[0] and a[0] not in loose)
    return any(_contradict(a[1:], b[1:]) or _contradict(b[1:], a[1:]) for a, b in pairs)


def _contradict(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether a value that equals one text cannot be what else is demanded of it."""
    (operator, value), (other_operator, part) = one, other
    if operator != "=":
        return False
    match other_operator:
        case "=":
            return value != part
        case "^=":
            return not value.startswith(part)
        case "$=":
            return not value.endswith(part)
        case "*=":
            return part not in value
        case "~=":
            return part not in value.split()
        case "|=":
            return value != part and not value.startswith(f"{part}-")
    return False


_EMPTY = frozenset(
    "area base br col embed hr img input link meta source track wbr option textarea title script style iframe".split()  # noqa: SIM905
)
"""Elements with nothing, or nothing but text, inside."""
_PHRASES = frozenset("h1 h2 h3 h4 h5 h6 p pre".split())  # noqa: SIM905
"""Elements that end where a block begins, or hold none."""
_BLOCKS = frozenset(
    """address article aside blockquote details dialog div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr
    main nav ol p pre section table ul""".split()  # noqa: SIM905
)
_ACTIVE = frozenset("a button".split())  # noqa: SIM905
_ROOTS = ("html", "body", "head")


def nesting(inner: str, outer: str, loose: frozenset[str]) -> Certainty:
    """Whether an element of one selector lies inside an element of the other."""
    ours, theirs = chains(inner), chains(outer)
    if len(ours) == len(theirs) == 1:
        return _nesting(ours[0], theirs[0], loose)
    return max(_nesting(a, b, loose) for a in ours for b in theirs)


def _nesting(inner: Chain, outer: Chain, loose: frozenset[str]) -> Certainty:
    tag, holder = inner.subject.tag, outer.subject
    if tag in _ROOTS and not (holder.tag == "html" and tag != "html"):
        return Certainty.NO if holder.tag or tag == "html" else Certainty.POSSIBLE
    if holder.tag in ("html", "body"):
        return Certainty.SHOWN
    if _holds_no(holder.tag, tag):
        return Certainty.NO
    for above in _ancestors(inner):
        if _same_thing(above, holder) and not _different(above, holder, loose):
            return Certainty.SHOWN
    return Certainty.POSSIBLE


def _holds_no(holder: str, tag: str) -> bool:
    if holder in _EMPTY:
        return True
    if holder in _PHRASES and tag in _BLOCKS:
        return True
    return holder in _ACTIVE and tag == holder


def _ancestors(chain: Chain) -> Iterator[Demands]:
    """What is around the subject, beyond its siblings."""
    return (above for join, above in chain.around if join in (" ", ">"))


def _same_thing(above: Demands, holder: Demands) -> bool:
    """Whether both name something in common: an id, a class, else a tag."""
    if holder.ids or holder.classes or holder.attributes:
        shared = above.ids & holder.ids or above.classes & holder.classes or above.attributes & holder.attributes
        return bool(shared)
    return bool(holder.tag and above.tag == holder.tag)
