"""What is written takes effect: keys that are understood and kept, but that nothing acts upon yet, are pointed out.

May not know how results are reckoned or visitors dealt out.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.source import Span
from config_compiler.syntax import AnalysisSyntax, Definition
from domain.experiment import Allocation, Analysis


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a warning for each choice of statistics or of allocation that changes nothing for now."""
    for experiment in definition.experiments:
        allocation = experiment.allocation
        if allocation and allocation.value is Allocation.BANDIT:
            message = '"allocation: bandit" has no effect yet: visitors are dealt out by the weights as written'
            yield Finding(
                Code.W409, message, allocation.span, hint="write allocation: fixed, or leave it as a reminder"
            )
        if unused := list(_unused(experiment.analysis)) if experiment.analysis else []:
            names = ", ".join(name for name, _ in unused)
            message = f"this analysis has no effect yet ({names}): every result is computed the usual way"
            yield Finding(Code.W409, message, unused[0][1], hint="take it out, or leave it as a reminder")


def _unused(analysis: AnalysisSyntax) -> Iterator[tuple[str, Span]]:
    """What differs from how every result is computed today."""
    usual = Analysis()
    if analysis.method and analysis.method.value is not usual.method:
        yield "method", analysis.method.span
    if analysis.alpha and analysis.alpha.value != usual.alpha:
        yield "alpha", analysis.alpha.span
    if analysis.prior:
        yield "prior", analysis.prior.span
    if analysis.cuped and analysis.cuped.value:
        yield "cuped", analysis.cuped.span
