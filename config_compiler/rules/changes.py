"""A change does something, and gives an element one content at most.

May not know whether what it does is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.meaning_of_changes import places
from config_compiler.syntax import ChangeSyntax, Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each change that does nothing or two things at odds."""
    for change in definition.changes:
        if change.text and change.html:
            labels = (Label(change.text.span, "one content"),)
            message = "the change has both a text and HTML, of which an element can have one"
            yield Finding(Code.E213, message, change.html.span, "the other", labels, "keep one of them")
        yield from _mixed(change)
        if change.select and change.whole and not change.whole_page and not any(_acts(change)):
            message = "the change selects elements and does nothing with them"
            yield Finding(Code.E213, message, change.span, hint="add text, html, style, attributes, add-class, hide …")


def _mixed(change: ChangeSyntax) -> Iterator[Finding]:
    """What concerns the page as a whole stands alone; what moves has one place to go to."""
    whole = change.whole_page
    if whole and (change.select or any(_acts(change))):
        message = "css, redirect and script concern the whole page and select nothing"
        yield Finding(Code.E213, message, whole[0].span, hint="write it as a change of its own, without select")
    elif len(whole) > 1:
        yield Finding(Code.E213, "one change does two things to the page", whole[1].span, hint="make two changes of it")
    if change.move and change.move.whole and len(list(places(change.move))) != 1:
        message = "the element is to be moved to no place, or to several"
        yield Finding(
            Code.E213, message, change.move.span, hint='write one of before, prepend, append, after: "#target"'
        )
    if change.move and change.remove and change.remove.value:
        hint = "keep one of the two"
        yield Finding(Code.E213, "the element is moved and removed", change.remove.span, hint=hint)


def _acts(change: ChangeSyntax) -> Iterator[object]:
    yield from (change.text, change.html, change.style, change.attributes, change.add_class, change.remove_class)
    yield from (*(html for _, html in places(change)), change.move)
    yield from (flag and flag.value for flag in (change.hide, change.remove))
