"""The variations of an experiment are not all alike.

May not know what the changes do.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.syntax import Definition, ExperimentSyntax


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a warning for each experiment in which nothing is changed."""
    for experiment in definition.experiments:
        if _all_read(experiment) and not any(v.changes and v.changes.values for v in _variations(experiment)):
            place = experiment.key.span if experiment.key else experiment.span
            message = "no variation of the experiment changes anything"
            hint = "add changes to one, unless this is a test of the measurement itself"
            yield Finding(Code.W401, message, place, hint=hint)


def _variations(experiment: ExperimentSyntax) -> tuple:  # type: ignore[type-arg]
    return experiment.variations.values if experiment.variations else ()


def _all_read(experiment: ExperimentSyntax) -> bool:
    listed = experiment.variations
    return listed is not None and listed.whole and len(listed.values) > 1 and all(v.whole for v in listed.values)
