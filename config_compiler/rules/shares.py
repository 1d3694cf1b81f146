"""Traffic, weights, holdout and parts of layers lie between 0 % and 100 %.

May not know what they are shares of.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.kinds import Written
from config_compiler.syntax import Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each share outside."""
    for what, share in _shares(definition):
        if share and not within(share.value):
            message = f"{what} is {'less than 0 %' if share.value < 0 else 'more than 100 %'}"
            yield Finding(Code.E202, message, share.span, hint="write a share from 0% to 100%")


def within(share: Fraction) -> bool:
    """Whether a share is one."""
    return 0 <= share <= 1


def _shares(definition: Definition) -> Iterator[tuple[str, Written[Fraction] | None]]:
    yield "the holdout", definition.site.holdout if definition.site else None
    layers = (experiment.layer for experiment in definition.experiments if experiment.layer)
    yield from (("the share of the layer", layer.share) for layer in layers)
    yield from (("the traffic", experiment.traffic) for experiment in definition.experiments)
    yield from (("the weight", variation.weight) for variation in definition.variations)
