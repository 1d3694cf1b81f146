"""How an experiment is judged is possible.

May not know how results are reckoned.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.syntax import AnalysisSyntax, Definition, ExperimentSyntax
from domain.experiment import Allocation, Kind

MOST_ALPHA = Fraction(1, 2)
MOST_PRIOR = Fraction(10)


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each number that is out of reach, and for a bandit that has nothing to choose from."""
    for experiment in definition.experiments:
        if experiment.analysis:
            yield from _analysis(experiment.analysis)
        yield from _bandit(experiment)


def _analysis(analysis: AnalysisSyntax) -> Iterator[Finding]:
    for what, written, most in (("alpha", analysis.alpha, MOST_ALPHA), ("prior", analysis.prior, MOST_PRIOR)):
        if written and not 0 < written.value <= most:
            message = f"{what} is not above 0 % and up to {int(most * 100):,} %"
            usual = "5%" if what == "alpha" else "10%"
            yield Finding(Code.E239, message, written.span, hint=f"write {usual}, which is usual")


def _bandit(experiment: ExperimentSyntax) -> Iterator[Finding]:
    allocation, kind = experiment.allocation, experiment.kind
    if allocation and allocation.value is Allocation.BANDIT and kind and kind.value is Kind.PERSONALISATION:
        message = "a personalisation has one variation, and a bandit chooses between several"
        yield Finding(Code.E239, message, allocation.span, hint="take allocation away")
