"""Names say what is so: the control is what others are compared with and changes nothing, and no two keys look alike.

May not know what people read out of other names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.kinds import Listed, Written
from config_compiler.syntax import Definition, VariationSyntax

CONTROLS = ("control", "original", "baseline")


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a warning for each name that could mislead."""
    yield from _alike("goal", (goal.key for goal in definition.goals))
    yield from _alike("audience", (audience.key for audience in definition.audiences))
    yield from _alike("experiment", (experiment.key for experiment in definition.experiments))
    for experiment in definition.experiments:
        for listed in experiment.variation_lists:
            yield from _alike("variation", (variation.key for variation in listed.values))
            yield from _controls(listed)


def _controls(listed: Listed[VariationSyntax]) -> Iterator[Finding]:
    for number, variation in enumerate(listed.values):
        if variation.key is None or variation.key.value not in CONTROLS:
            continue
        if variation.changes and variation.changes.values:
            message = f'the variation "{variation.key.value}" changes the page'
            yield Finding(Code.W408, message, variation.key.span, hint="give it another key, or take its changes away")
        elif number and listed.whole:
            message = f'the variation "{variation.key.value}" is not the first one, which the others are compared with'
            yield Finding(Code.W408, message, variation.key.span, hint="write it first, before the experiment runs")


def _alike(what: str, keys: Iterable[Written[str] | None]) -> Iterator[Finding]:
    """Keys that differ in hyphens alone."""
    first: dict[str, Written[str]] = {}
    for key in keys:
        if key is None:
            continue
        before = first.setdefault(key.value.replace("-", ""), key)
        if before.value != key.value:
            message = f'the {what}s "{before.value}" and "{key.value}" differ in hyphens alone'
            labels = (Label(before.span, "the first one"),)
            yield Finding(Code.W408, message, key.span, "the second one", labels, "give one of them a plainer key")
