"""The goals that an experiment is judged by are goals of the site.

May not know what sets a goal off.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.kinds import Written
from config_compiler.nearest import fix_for, nearest
from config_compiler.syntax import Definition, ExperimentSyntax


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each goal that the site does not have, if the site's goals could all be read."""
    site = definition.site
    if site is None or (site.goals is None and not site.whole) or (site.goals and not site.goals.whole):
        return
    known = {goal.key.value for goal in definition.goals if goal.key}
    for experiment in definition.experiments:
        for goal in goals_of(experiment):
            if goal.value not in known:
                yield _unknown(goal, known)


def goals_of(experiment: ExperimentSyntax) -> Iterator[Written[str]]:
    """Every goal that an experiment names, in the order of importance."""
    judged = experiment.goals
    if judged is None:
        return
    if judged.primary:
        yield judged.primary
    for listed in (judged.secondary, judged.guardrails):
        if listed:
            yield from listed.values


def _unknown(goal: Written[str], known: set[str]) -> Finding:
    hint = nearest(goal.value, known) or (
        f"the site's goals are {', '.join(sorted(known))}" if known else "write it under goals in site.yaml"
    )
    return Finding(
        Code.E205, f'the site has no goal "{goal.value}"', goal.span, hint=hint, fix=fix_for(goal.value, known)
    )
