"""A goal is set off by exactly one thing.

May not know how a browser notices it.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.syntax import Definition, TriggerSyntax


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each that is set off by nothing, or by several things."""
    for goal in definition.goals:
        if goal.on and goal.on.whole and len(written := _triggers(goal.on)) != 1:
            said = f"is set off by {' and '.join(written)} at once" if written else "is set off by nothing"
            hint = "make two goals of it" if written else "add click, submit, visit or event"
            yield Finding(Code.E223, f"the goal {said}", goal.on.span, hint=hint)


def _triggers(on: TriggerSyntax) -> list[str]:
    triggers = (("click", on.click), ("submit", on.submit), ("visit", on.visit), ("event", on.event))
    return [name for name, written in triggers if written]
