"""The weights of an experiment's variations are 100 % together.

May not know how visitors are dealt out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.kinds import Listed, Written
from config_compiler.rules.arms import least_variations
from config_compiler.rules.shares import within
from config_compiler.source import Span
from config_compiler.syntax import Definition, ExperimentSyntax, VariationSyntax

_ROUNDING = Fraction(5, 100_000)
"""What a weight written with two decimals may be off: three times 33.33% is meant to be everybody."""


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each experiment whose weights are more or less."""
    for experiment in definition.experiments:
        for written in experiment.variation_lists:
            yield from _shared_out(experiment, written)


def _shared_out(experiment: ExperimentSyntax, written: Listed[VariationSyntax]) -> Iterator[Finding]:
    if written.whole and len(written.values) >= least_variations(experiment):
        weights = [variation.weight for variation in written.values]
        known = [weight for weight in weights if weight is not None and within(weight.value)]
        if len(known) == len(weights) and abs(_sum(known) - 1) > _ROUNDING * len(known):
            name = experiment.key.value if experiment.key else "this experiment"
            yield _not_whole(name, written.values, known)


def _sum(weights: Sequence[Written[Fraction]]) -> Fraction:
    return sum((weight.value for weight in weights), Fraction(0))


def _not_whole(name: str, variations: Sequence[VariationSyntax], weights: Sequence[Written[Fraction]]) -> Finding:
    total = _sum(weights)
    fix, place = _fix(weights, total)
    message = f'the variations of "{name}" share {percent(total)} of the visitors'
    if total < 1:
        note = f"the weights end here, {percent(1 - total)} short"
        return Finding(
            Code.E201, message, weights[-1].span, note, hint=_hint(variations, weights, total), fix=fix, fix_at=place
        )
    note = f"the weights end here, {percent(total - 1)} over"
    return Finding(
        Code.E201, message, weights[-1].span, note, hint=_hint(variations, weights, total), fix=fix, fix_at=place
    )


def _hint(variations: Sequence[VariationSyntax], weights: Sequence[Written[Fraction]], total: Fraction) -> str:
    if total < 1:
        return f'give the missing {percent(1 - total)} to "{_key(variations[0])}"'
    heaviest = _heaviest(weights)
    if weights[heaviest].value > total - 1:
        return f'take {percent(total - 1)} from "{_key(variations[heaviest])}"'
    return f"{percent(Fraction(1, len(weights)))} each would be equal shares"


def _fix(weights: Sequence[Written[Fraction]], total: Fraction) -> tuple[str, Span | None]:
    """What the hint says, where it is about a small rest: one that is less than the least weight."""
    missing = 1 - total
    if abs(missing) >= min(weight.value for weight in weights):
        return "", None
    mended = weights[0 if missing > 0 else _heaviest(weights)]
    return percent(mended.value + missing).replace(" ", ""), mended.span


def _heaviest(weights: Sequence[Written[Fraction]]) -> int:
    return max(range(len(weights)), key=lambda i: weights[i].value)


def _key(variation: VariationSyntax) -> str:
    return variation.key.value if variation.key else "one of them"


def percent(share: Fraction) -> str:
    """A share as people read it: `33.3 %`, rounded to four decimals."""
    return f"{float(share * 100):.4f}".rstrip("0").rstrip(".") + " %"
