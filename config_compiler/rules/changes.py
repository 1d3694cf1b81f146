"""A change does something, and gives an element one content at most.

May not know whether what it does is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.syntax import ChangeSyntax, Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each change that does nothing or two things at odds."""
    for change in definition.changes:
        if change.text and change.html:
            labels = (Label(change.text.span, "one content"),)
            message = "the change has both a text and HTML, of which an element can have one"
            yield Finding(Code.E213, message, change.html.span, "the other", labels, "keep one of them")
        if change.whole and not any(_acts(change)):
            message = "the change selects elements and does nothing with them"
            yield Finding(Code.E213, message, change.span, hint="add text, html, style, attributes, add-class, hide …")


def _acts(change: ChangeSyntax) -> Iterator[object]:
    yield from (change.text, change.html, change.style, change.attributes, change.add_class, change.remove_class)
    yield from (flag and flag.value for flag in (change.hide, change.remove))
