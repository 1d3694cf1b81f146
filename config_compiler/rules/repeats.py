"""An experiment names each of its goals once.

May not know what a goal is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label, Mend
from config_compiler.kinds import Written
from config_compiler.rules.references import goals_of
from config_compiler.syntax import Definition, ExperimentSyntax


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a warning for each goal named again."""
    for experiment in definition.experiments:
        first: dict[str, Written[str]] = {}
        for goal in goals_of(experiment):
            before = first.setdefault(goal.value, goal)
            if before is not goal:
                message = f'the goal "{goal.value}" is named twice in one experiment'
                labels = (Label(before.span, "first here"),)
                finding = Finding(Code.W403, message, goal.span, labels=labels, hint="keep one")
                alike = any({before, goal} <= set(listed) for listed in _lists(experiment))
                yield replace(finding, mend=Mend.TAKE_OUT) if alike else finding


def _lists(experiment: ExperimentSyntax) -> Iterator[tuple[Written[str], ...]]:
    goals = experiment.goals
    for listed in (goals.secondary, goals.guardrails) if goals else ():
        if listed:
            yield listed.values
