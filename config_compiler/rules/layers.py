"""The layer that an experiment is in is one of the site's, and is given away once at most.

May not know which visitors are in which part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.layer_ranges import GOING_ON
from config_compiler.nearest import fix_for, nearest
from config_compiler.rules.shares import within
from config_compiler.rules.weights import percent
from config_compiler.syntax import Definition, ExperimentSyntax, LayerShareSyntax


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each that is unknown, and for the experiment with which a layer is full."""
    site = definition.site
    if site and not (site.layers is None and not site.whole) and not (site.layers and not site.layers.whole):
        yield from _unknown(definition, {layer.key.value for layer in definition.layers if layer.key})
    for layer in definition.layers:
        if layer.key:
            yield from _overfull(layer.key.value, definition)


def _unknown(definition: Definition, known: set[str]) -> Iterator[Finding]:
    for experiment in definition.experiments:
        key = experiment.layer.key if experiment.layer else None
        if key and key.value not in known:
            there = (
                f"the site's layers are {', '.join(sorted(known))}" if known else "write it under layers in site.yaml"
            )
            message = f'the site has no layer "{key.value}"'
            hint, fix = nearest(key.value, known) or there, fix_for(key.value, known)
            yield Finding(Code.E230, message, key.span, hint=hint, fix=fix)


def _overfull(layer: str, definition: Definition) -> Iterator[Finding]:
    taken = Fraction(0)
    before: list[Label] = []
    for name, share in sorted(_parts(layer, definition), key=lambda part: part[0]):
        if share.share is None or not within(share.share.value):
            return
        taken += share.share.value
        if taken > 1:
            message = f'the experiments of the layer "{layer}" take {percent(taken)} of its visitors'
            hint = f"give {percent(taken - 1)} back, or move one to another layer"
            note = f'with "{name}" it is more than all'
            yield Finding(Code.E231, message, share.share.span, note, tuple(before), hint)
            return
        before.append(Label(share.share.span, f'"{name}"'))


def _parts(layer: str, definition: Definition) -> Iterator[tuple[str, LayerShareSyntax]]:
    for x in definition.experiments:
        if x.key and x.layer and x.layer.key and x.layer.key.value == layer and _goes_on(x):
            yield x.key.value, x.layer


def _goes_on(experiment: ExperimentSyntax) -> bool:
    return experiment.status is not None and experiment.status.value in GOING_ON
