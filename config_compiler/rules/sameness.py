"""The variations of an experiment are not all alike.

May not know what the changes do.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.syntax import Definition, VariationSyntax


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a warning for each experiment in which nothing is changed."""
    for experiment in definition.experiments:
        lists = experiment.variation_lists
        values = [variation for listed in lists for variation in listed.values]
        if all(listed.whole for listed in lists) and len(values) > 1 and not any(map(_may_change, values)):
            place = experiment.key.span if experiment.key else experiment.span
            message = "no variation of the experiment changes anything"
            hint = "add changes to one, unless this is a test of the measurement itself"
            yield Finding(Code.W401, message, place, hint=hint)


def _may_change(variation: VariationSyntax) -> bool:
    """Whether it changes something, or could not be read to the end."""
    return not variation.whole or bool(variation.changes and variation.changes.values)
