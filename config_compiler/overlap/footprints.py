"""What a change leaves its mark on: an element, and what of it.

May not know who sees the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

import tinycss2

from config_compiler.selectors import canonical_selector
from domain.experiment import (
    AddCss,
    Change,
    Hide,
    InsertHtml,
    Move,
    Redirect,
    Remove,
    RunScript,
    SetAttribute,
    SetClass,
    SetHtml,
    SetStyle,
    SetText,
)


class Aspect(Enum):
    """What of an element, or of the page, is changed."""

    INSIDE = "its text or everything else inside of it"
    MORE_INSIDE = "something more inside of it"
    BESIDE = "something beside it"
    STYLE = "a property of its style"
    ATTRIBUTE = "an attribute"
    CLASS = "a class"
    PRESENCE = "whether and where it is seen"
    ADDRESS = "which page is seen"
    ANYTHING = "not known what"


@dataclass(frozen=True, slots=True)
class Footprint:
    """One mark: on the elements that match, or on the page where `selector` is empty."""

    change: Change
    selector: str
    aspect: Aspect
    name: str = ""
    """Which property, attribute or class."""


_IN = ("prepend", "append")


def footprints(changes: Iterable[Change]) -> tuple[Footprint, ...]:
    """The marks of some changes, each once, in order."""
    found: dict[tuple[str, Aspect, str], Footprint] = {}
    for change in changes:
        for mark in _marks(change):
            found.setdefault((mark.selector, mark.aspect, mark.name), mark)
    return tuple(found.values())


def _marks(change: Change) -> Iterator[Footprint]:
    match change:
        case SetText(selector) | SetHtml(selector):
            yield _on(change, selector, Aspect.INSIDE)
        case SetAttribute(selector, name):
            yield _on(change, selector, Aspect.ATTRIBUTE, name.lower())
        case SetClass(selector, name):
            yield _on(change, selector, Aspect.CLASS, name)
        case SetStyle(selector, declarations):
            for name, _ in declarations:
                yield _on(change, selector, Aspect.STYLE, name.lower())
        case Hide(selector) | Remove(selector):
            yield _on(change, selector, Aspect.PRESENCE)
        case InsertHtml(selector, place):
            yield _on(change, selector, Aspect.MORE_INSIDE if place in _IN else Aspect.BESIDE)
        case Move(selector, place, target):
            yield _on(change, selector, Aspect.PRESENCE)
            yield _on(change, target, Aspect.MORE_INSIDE if place in _IN else Aspect.BESIDE)
        case Redirect():
            yield Footprint(change, "", Aspect.ADDRESS)
        case RunScript():
            yield Footprint(change, "", Aspect.ANYTHING)
        case AddCss(css):
            yield from _of_sheet(change, tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), 0)


def _on(change: Change, selector: str, aspect: Aspect, name: str = "") -> Footprint:
    return Footprint(change, canonical_selector(selector), aspect, name)


_MAX_NESTING = 20
_NO_RULES = ("keyframes", "font-face", "page", "property", "counter-style", "font-palette-values", "import", "charset")
"""What holds no rules of elements."""


def _of_sheet(change: Change, rules: Iterable[tinycss2.ast.Node], depth: int) -> Iterator[Footprint]:
    for rule in rules:
        if rule.type == "qualified-rule":
            names = _properties(rule.content)
            selector = tinycss2.serialize(rule.prelude)
            yield from (_on(change, selector, Aspect.STYLE, name) for name in names)
        elif rule.type == "at-rule" and rule.content is not None and depth < _MAX_NESTING:
            if rule.lower_at_keyword.removeprefix("-webkit-") in _NO_RULES:
                continue
            inside = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            yield from _of_sheet(change, inside, depth + 1)


def _properties(content: Iterable[tinycss2.ast.Node]) -> list[str]:
    parsed = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    nested = any(node.type == "qualified-rule" for node in parsed)
    names = [node.lower_name for node in parsed if node.type == "declaration"]
    # A rule inside a rule reaches elements that the outer selector does not name: any property of it may be meant.
    return [*names, "all"] if nested else names
