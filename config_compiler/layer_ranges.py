"""Where the experiments of a layer lie among its visitors: ranges laid out one after another, in order of key.

Running and paused experiments have a range; drafts have none yet, stopped ones no longer. One that takes part of its
traffic keeps the range of its whole share, so that taking more moves nobody. May not know who the visitors are.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.experiment import WHOLE, Experiment, LayerShare, Status
from domain.names import ExperimentKey, LayerKey
from domain.plan import LayerRange

GOING_ON = (Status.RUNNING, Status.PAUSED)


def layer_ranges(experiments: Iterable[Experiment]) -> dict[ExperimentKey, LayerRange]:
    """The range of each experiment that is in a layer and goes on."""
    ends: dict[LayerKey, int] = {}
    ranges: dict[ExperimentKey, LayerRange] = {}
    for x in sorted(experiments, key=lambda x: x.key):
        if x.layer and x.status in GOING_ON:
            start = ends.get(x.layer.layer, 0)
            ends[x.layer.layer] = start + x.layer.share
            ranges[x.key] = _range(x.layer, start, x.traffic)
    return ranges


def _range(share: LayerShare, start: int, traffic: int) -> LayerRange:
    return LayerRange(share.layer, start, start + share.share * traffic // WHOLE)
