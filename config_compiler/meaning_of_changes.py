"""What one mapping under `changes` means: the changes that it asks for, one by one.

May not know what could have been wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config_compiler.given import text, texts
from config_compiler.kinds import Written
from config_compiler.syntax import ChangeSyntax
from domain.experiment import (
    AddCss,
    Change,
    Hide,
    InsertHtml,
    Move,
    Place,
    Redirect,
    Remove,
    RunScript,
    SetAttribute,
    SetClass,
    SetHtml,
    SetStyle,
    SetText,
)


def changes_of(change: ChangeSyntax) -> Iterator[Change]:
    """Contents first: what is put inside an element does not depend on its attributes. Where it goes comes last."""
    if change.select is None:
        yield from _of_page(change)
        return
    selector = change.select.value
    yield from _of_contents(selector, change)
    yield from _of_looks(selector, change)
    if change.move:
        for place, target in places(change.move):
            yield Move(selector, place, target.value)
    if change.hide and change.hide.value:
        yield Hide(selector)
    if change.remove and change.remove.value:
        yield Remove(selector)


def places(written: object) -> Iterator[tuple[Place, Written[str]]]:
    """The places that a change or its `move` names, each with what is written there."""
    order: tuple[Place, ...] = ("before", "prepend", "append", "after")
    for place in order:
        if found := getattr(written, place):
            yield place, found


def _of_page(change: ChangeSyntax) -> Iterator[Change]:
    if change.css:
        yield AddCss(change.css.value)
    if change.script:
        yield RunScript(change.script.value)
    if change.redirect:
        yield Redirect(text(change.redirect))


def _of_contents(selector: str, change: ChangeSyntax) -> Iterator[Change]:
    if change.text:
        yield SetText(selector, change.text.value)
    if change.html:
        yield SetHtml(selector, change.html.value)
    for place, html in places(change):
        yield InsertHtml(selector, place, html.value)


def _of_looks(selector: str, change: ChangeSyntax) -> Iterator[Change]:
    if change.style:
        yield SetStyle(selector, tuple((p.name.value, p.value.value or "") for p in change.style.values))
    for pair in change.attributes.values if change.attributes else ():
        yield SetAttribute(selector, pair.name.value, pair.value.value)
    for name in _unique(texts(change.add_class)):
        yield SetClass(selector, name, "add")
    for name in _unique(texts(change.remove_class)):
        yield SetClass(selector, name, "remove")


def _unique(names: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(names)
