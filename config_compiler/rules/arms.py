"""An experiment compares at least two variations; a personalisation shows one.

May not know what the variations change.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.source import Span
from config_compiler.syntax import Definition, ExperimentSyntax, VariationSyntax
from domain.experiment import Kind


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each experiment with none or one."""
    for experiment in definition.experiments:
        if experiment.kind and experiment.kind.value is Kind.PERSONALISATION:
            yield from _not_one(experiment)
            continue
        for written in experiment.variation_lists:
            if written.whole and len(written.values) < least_variations(experiment):
                yield _too_few(written.values, written.span)


def least_variations(experiment: ExperimentSyntax) -> int:
    """Two to compare; one to show."""
    return 1 if experiment.kind and experiment.kind.value is Kind.PERSONALISATION else 2


def _not_one(experiment: ExperimentSyntax) -> Iterator[Finding]:
    written = experiment.variations
    if experiment.sections:
        message = "a personalisation has sections, which are for comparing"
        yield Finding(Code.E206, message, experiment.sections.span, hint="write one variation under variations")
    elif written and written.whole and len(written.values) != 1:
        message = f"a personalisation has one variation, and {len(written.values) or 'none'} are written"
        yield Finding(Code.E206, message, written.span, hint="leave the control out, or take the type away")


def _too_few(variations: tuple[VariationSyntax, ...], span: Span) -> Finding:
    message = "the experiment has one variation" if variations else "the experiment has no variation"
    hint = "add one to compare with; the first one is usually the page as it is, without changes"
    return Finding(Code.E206, message, span, hint=hint)
