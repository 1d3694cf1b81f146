"""Who is in which experiment: the reference that the snippet, the crowd and the command line agree on.

Pure: a plan, a visit, a seed and what was assigned before go in; a decision and its reason come out.
May not know where a plan came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from domain.bucketing import bucket, choose
from domain.names import RunName, VariationKey
from domain.plan import PageTest, Plan, PlannedExperiment
from domain.visits import Visit, found, meets, query_of


class Reason(Enum):
    """Why a visitor got a variation, or none."""

    ASSIGNED = "assigned"
    KEPT = "kept from an earlier visit"
    HOLDOUT = "the visitor is held out of every experiment"
    OTHER_PAGE = "the page is not one of the experiment's"
    NOT_YET = "the experiment has not begun"
    OVER = "the experiment is over"
    OTHER_AUDIENCE = "the visit is not one of the experiment's audience"
    OTHER_PLACE = "the visitor belongs to another part of the layer"
    NO_TRAFFIC = "the visitor is outside the experiment's traffic"


@dataclass(frozen=True, slots=True)
class Decision:
    """A variation, or None, and why."""

    variation: VariationKey | None
    reason: Reason


def page_matches(test: PageTest, url: str) -> bool:
    """Whether the page at `url` passes; of its query only what the test names counts, of its fragment nothing."""
    if test.query:
        given = query_of(url)
        if any(given.get(name) != value for name, value in test.query):
            return False
    parts = urlsplit(url)
    path = parts.path or "/"
    match test.kind:
        case "=":
            return path == test.value
        case "^":
            return path.startswith(test.value)
        case "~":
            return found(test.value, path)
        case "@":
            return found(test.value, f"{parts.scheme}://{parts.netloc}{path}")


def on_page(experiment: PlannedExperiment, url: str) -> bool:
    """Whether the experiment runs on the page at `url`."""
    included = not experiment.include or any(page_matches(t, url) for t in experiment.include)
    return included and not any(page_matches(t, url) for t in experiment.exclude)


def decide(plan: Plan, visit: Visit, seed: str, assigned: Mapping[RunName, VariationKey]) -> dict[RunName, Decision]:
    """What the visitor with `seed` gets on the page that `visit` is to, for every running experiment.

    What was assigned in another phase of an experiment is nothing to this one.
    """
    if plan.holdout and bucket(f"{plan.site}/holdout", seed) < plan.holdout:
        return {x.run: Decision(None, Reason.HOLDOUT) for x in plan.experiments}
    return {x.run: _decide(x, visit, seed, assigned.get(x.run)) for x in plan.experiments}


def _decide(experiment: PlannedExperiment, visit: Visit, seed: str, kept: VariationKey | None) -> Decision:
    """What was kept is kept where the experiment runs; who is new to it takes part by who and which they are."""
    if reason := _elsewhere(experiment, visit):
        return Decision(None, reason)
    if kept is not None and any(arm.key == kept for arm in experiment.arms):
        return Decision(kept, Reason.KEPT)
    if reason := _other_audience(experiment, visit) or _outside(experiment, seed):
        return Decision(None, reason)
    weights = [arm.weight for arm in experiment.arms]
    index = choose(weights, bucket(f"{experiment.run}/variation", seed))
    if index is None:
        return Decision(None, Reason.NO_TRAFFIC)
    return Decision(experiment.arms[index].key, Reason.ASSIGNED)


def away(experiment: PlannedExperiment, visit: Visit) -> Reason | None:
    """Why nobody begins to take part on such a visit."""
    return _elsewhere(experiment, visit) or _other_audience(experiment, visit)


def _elsewhere(experiment: PlannedExperiment, visit: Visit) -> Reason | None:
    """Why nobody at all gets anything on such a visit."""
    if not on_page(experiment, visit.url):
        return Reason.OTHER_PAGE
    if experiment.start is not None and visit.now < experiment.start:
        return Reason.NOT_YET
    if experiment.end is not None and visit.now >= experiment.end:
        return Reason.OVER
    return None


def _other_audience(experiment: PlannedExperiment, visit: Visit) -> Reason | None:
    return None if meets(experiment.who, visit) else Reason.OTHER_AUDIENCE


def _outside(experiment: PlannedExperiment, seed: str) -> Reason | None:
    """Why this visitor does not take part."""
    layer = experiment.layer
    if layer is not None:
        inside = layer.start <= bucket(f"{layer.layer}/layer", seed) < layer.end
        return None if inside else Reason.OTHER_PLACE
    inside = bucket(f"{experiment.run}/traffic", seed) < experiment.traffic
    return None if inside else Reason.NO_TRAFFIC
