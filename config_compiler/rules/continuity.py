"""A running experiment keeps its visitors: none of the variations that they were given is taken away.

May not know how visitors are dealt out: whoever was exposed keeps a variation, whatever its weight.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.layer_ranges import GOING_ON
from config_compiler.live import Live, LiveExperiment
from config_compiler.sections import combinations, key_of
from config_compiler.syntax import Definition, ExperimentSyntax
from domain.names import ExperimentKey


def find(definition: Definition, live: Live) -> Iterator[Finding]:
    """Yield a finding for each variation that is live and no longer written."""
    for experiment in definition.experiments:
        before = live.experiments.get(ExperimentKey(experiment.key.value)) if experiment.key else None
        phase = experiment.phase.value if experiment.phase else 1
        if before and phase <= before.phase and experiment.status and experiment.status.value in GOING_ON:
            yield from _taken_away(before, experiment)


def _taken_away(before: LiveExperiment, experiment: ExperimentSyntax) -> Iterator[Finding]:
    lists = experiment.variation_lists
    if not lists or not all(listed.whole and all(v.key for v in listed.values) for listed in lists):
        return
    arms = combinations(experiment.sections.values) if experiment.sections else [(v,) for v in lists[0].values]
    now = set(map(key_of, arms))
    for variation in before.variations:
        if variation not in now:
            message = f'the variation "{variation}" of the running experiment "{before.key}" is gone'
            hint = "keep it with weight 0%, or begin a new phase"
            yield Finding(Code.E301, message, lists[0].span, "visitors who have it would get another", hint=hint)
