"""Where an experiment is in its life, in one word, by its status, its schedule and what is live.

May not know what was counted.
"""

from __future__ import annotations

from domain.experiment import Experiment, Status
from domain.site import Site

_STATUS: dict[Status, str] = {each: each.value for each in Status}
SCHEDULED, ENDED = "scheduled", "ended"
WORDS = (Status.RUNNING.value, SCHEDULED, Status.PAUSED.value, Status.DRAFT.value, ENDED, Status.STOPPED.value)
"""Every word, in the order in which people look for them."""


def word_of(experiment: Experiment, now_s: float) -> str:
    """One of `WORDS`; a running one is scheduled before its beginning, and ended after its end."""
    start, end = experiment.schedule.start, experiment.schedule.end
    if experiment.status is not Status.RUNNING:
        return _STATUS[experiment.status]
    if end is not None and now_s >= end * 60:
        return ENDED
    return SCHEDULED if start is not None and now_s < start * 60 else Status.RUNNING.value


def awaits_publishing(experiment: Experiment, published: Site | None) -> bool:
    """Whether visitors are served something else than the newest definition says."""
    live = next((x for x in published.experiments if x.key == experiment.key), None) if published else None
    runs = experiment.status is Status.RUNNING
    if live is None or live.status is not Status.RUNNING:
        return runs
    return not runs or live != experiment
