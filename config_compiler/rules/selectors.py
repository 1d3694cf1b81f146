"""Selectors of changes and clicks can be read by browsers.

May not know what a page looks like.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.kinds import Written, shortened
from config_compiler.meaning_of_changes import places
from config_compiler.selectors import selector_flaw
from config_compiler.syntax import ChangeSyntax, Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each selector that cannot be used."""
    for written, elements_only in _selectors(definition):
        if flaw := selector_flaw(written.value, elements_only=elements_only):
            message = f'the selector "{shortened(written.value)}" {flaw.why}'
            yield Finding(Code.E209, message, written.span, hint=flaw.hint, fix=flaw.fix)


def _selectors(definition: Definition) -> Iterator[tuple[Written[str], bool]]:
    for goal in definition.goals:
        for written in (goal.on.click, goal.on.submit) if goal.on else ():
            if written:
                yield written, True
    for change in definition.changes:
        if change.select:
            yield change.select, not _only_styles(change)
        for _, target in places(change.move) if change.move else ():
            yield target, True


def _only_styles(change: ChangeSyntax) -> bool:
    acts = (change.text, change.html, change.attributes, change.add_class, change.remove_class, change.remove)
    return not any(acts) and not any(places(change)) and not change.move
