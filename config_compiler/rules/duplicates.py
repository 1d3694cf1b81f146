"""No two goals, audiences, layers, experiments, or variations of one experiment share a key.

May not know what the keys stand for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.kinds import Written
from config_compiler.syntax import Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each key after the first."""
    yield from _repeated("goal", (goal.key for goal in definition.goals))
    yield from _repeated("audience", (audience.key for audience in definition.audiences))
    yield from _repeated("layer", (layer.key for layer in definition.layers))
    yield from _repeated("experiment", (experiment.key for experiment in definition.experiments))
    for experiment in definition.experiments:
        if experiment.sections:
            yield from _repeated("section", (section.key for section in experiment.sections.values))
        for variations in experiment.variation_lists:
            yield from _repeated("variation", (v.key for v in variations.values))


def _repeated(what: str, keys: Iterable[Written[str] | None]) -> Iterator[Finding]:
    first: dict[str, Written[str]] = {}
    for key in keys:
        if key is None:
            continue
        before = first.setdefault(key.value, key)
        if before is not key:
            message = f'two {what}s have the key "{key.value}"'
            labels = (Label(before.span, "the first one"),)
            yield Finding(Code.E204, message, key.span, "the second one", labels, "give one of them another key")
