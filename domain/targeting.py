"""Who is in which experiment: the reference that the snippet, the crowd and the command line agree on.

Pure: a plan, a page's address, a seed and what was assigned before go in; a decision and its reason come out.
May not know where a plan came from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from domain.bucketing import bucket, choose
from domain.names import ExperimentKey, VariationKey
from domain.plan import PageTest, Plan, PlannedExperiment


class Reason(Enum):
    """Why a visitor got a variation, or none."""

    ASSIGNED = "assigned"
    KEPT = "kept from an earlier visit"
    OTHER_PAGE = "the page is not one of the experiment's"
    NO_TRAFFIC = "the visitor is outside the experiment's traffic"


@dataclass(frozen=True, slots=True)
class Decision:
    """A variation, or None, and why."""

    variation: VariationKey | None
    reason: Reason


def page_matches(test: PageTest, url: str) -> bool:
    """Whether the page at `url` passes; query and fragment do not count."""
    parts = urlsplit(url)
    path = parts.path or "/"
    match test.kind:
        case "=":
            return path == test.value
        case "^":
            return path.startswith(test.value)
        case "~":
            return re.search(test.value, path) is not None
        case "@":
            return re.search(test.value, f"{parts.scheme}://{parts.netloc}{path}") is not None


def on_page(experiment: PlannedExperiment, url: str) -> bool:
    """Whether the experiment runs on the page at `url`."""
    included = not experiment.include or any(page_matches(t, url) for t in experiment.include)
    return included and not any(page_matches(t, url) for t in experiment.exclude)


def decide(
    plan: Plan, url: str, seed: str, assigned: Mapping[ExperimentKey, VariationKey]
) -> dict[ExperimentKey, Decision]:
    """What the visitor with `seed` gets on the page at `url`, for every running experiment."""
    return {x.key: _decide(x, url, seed, assigned.get(x.key)) for x in plan.experiments}


def _decide(experiment: PlannedExperiment, url: str, seed: str, kept: VariationKey | None) -> Decision:
    if not on_page(experiment, url):
        return Decision(None, Reason.OTHER_PAGE)
    if kept is not None and any(arm.key == kept for arm in experiment.arms):
        return Decision(kept, Reason.KEPT)
    if bucket(f"{experiment.salt}/traffic", seed) >= experiment.traffic:
        return Decision(None, Reason.NO_TRAFFIC)
    weights = [arm.weight for arm in experiment.arms]
    index = choose(weights, bucket(f"{experiment.salt}/variation", seed))
    if index is None:
        return Decision(None, Reason.NO_TRAFFIC)
    return Decision(experiment.arms[index].key, Reason.ASSIGNED)
