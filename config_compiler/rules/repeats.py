"""An experiment names each of its goals once.

May not know what a goal is.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.kinds import Written
from config_compiler.rules.references import goals_of
from config_compiler.syntax import Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a warning for each goal named again."""
    for experiment in definition.experiments:
        first: dict[str, Written[str]] = {}
        for goal in goals_of(experiment):
            before = first.setdefault(goal.value, goal)
            if before is not goal:
                message = f'the goal "{goal.value}" is named twice in one experiment'
                yield Finding(
                    Code.W403, message, goal.span, labels=(Label(before.span, "first here"),), hint="keep one"
                )
