"""A running experiment keeps its visitors: none of the variations that they were given is taken away.

May not know how visitors are dealt out: whoever was exposed keeps a variation, whatever its weight.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.syntax import Definition, ExperimentSyntax
from domain.experiment import Experiment, Status
from domain.site import Site

_GOING_ON = (Status.RUNNING, Status.PAUSED)


def find(definition: Definition, published: Site) -> Iterator[Finding]:
    """Yield a finding for each variation that is live and no longer written."""
    live: dict[str, Experiment] = {x.key: x for x in published.experiments if x.status in _GOING_ON}
    for experiment in definition.experiments:
        before = live.get(experiment.key.value) if experiment.key else None
        if before and experiment.status and experiment.status.value in _GOING_ON:
            yield from _taken_away(before, experiment)


def _taken_away(before: Experiment, experiment: ExperimentSyntax) -> Iterator[Finding]:
    written = experiment.variations
    if written is None or not written.whole or not all(v.key for v in written.values):
        return
    now = {variation.key.value for variation in written.values if variation.key}
    for variation in before.variations:
        if variation.key not in now:
            message = f'the variation "{variation.key}" of the running experiment "{before.key}" is gone'
            hint = "keep it with weight 0%, or stop the experiment and begin another"
            yield Finding(Code.E301, message, written.span, "visitors who have it would get another", hint=hint)
