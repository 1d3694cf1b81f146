"""What is live, as far as the next definition has to go on from it: read from a site, or from its public plan.

A plan tells less than a site: nothing of what is paused, and of a layer only the part that visitors are dealt by now.
May not know what the next definition says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from config_compiler.layer_ranges import GOING_ON, layer_ranges
from domain.experiment import WHOLE
from domain.names import ExperimentKey, VariationKey, phase_of
from domain.plan import LayerRange, Plan, PlannedExperiment
from domain.site import Site


@dataclass(frozen=True, slots=True)
class LiveExperiment:
    """An experiment whose visitors have been dealt out."""

    key: ExperimentKey
    phase: int
    variations: tuple[VariationKey, ...]
    place: LayerRange | None
    """Where it lies in its layer, if it is in one."""


@dataclass(frozen=True, slots=True)
class Live:
    """What visitors load now."""

    experiments: Mapping[ExperimentKey, LiveExperiment]
    holdout: int
    """Per ten thousand."""


def live_of(published: Site | Plan) -> Live:
    """What is live where this was published last."""
    if isinstance(published, Plan):
        return Live({x.key: _planned(x) for x in published.experiments}, published.holdout)
    places = places_of(published)
    going_on = [x for x in published.experiments if x.status in GOING_ON]
    found = (LiveExperiment(x.key, x.phase, tuple(v.key for v in x.variations), places.get(x.key)) for x in going_on)
    return Live({x.key: x for x in found}, published.holdout)


def places_of(site: Site) -> dict[ExperimentKey, LayerRange]:
    """The whole part of its layer that each experiment may use; taking more or less traffic of it moves nobody."""
    return layer_ranges(replace(x, traffic=WHOLE) for x in site.experiments)


def _planned(x: PlannedExperiment) -> LiveExperiment:
    return LiveExperiment(x.key, phase_of(x.run), tuple(arm.key for arm in x.arms), x.layer)
