"""The names that identify things, each its own type so that two of them cannot be swapped.

May not know what the names stand for.
"""

from __future__ import annotations

import re
from typing import NewType

SiteKey = NewType("SiteKey", str)
ExperimentKey = NewType("ExperimentKey", str)
RunName = NewType("RunName", str)
"""One phase of an experiment: `hero` the first, `hero#2` the second. It is kept and counted by this name."""
VariationKey = NewType("VariationKey", str)
GoalKey = NewType("GoalKey", str)
EventName = NewType("EventName", str)
LayerKey = NewType("LayerKey", str)
AudienceKey = NewType("AudienceKey", str)

KEY_PATTERN = r"[a-z][a-z0-9-]{0,39}"
LAST_PHASE = 999
RUN_PATTERN = KEY_PATTERN + r"(?:#(?:[2-9]|[1-9][0-9]{1,2}))?"
EVENT_PATTERN = r"[a-z0-9][a-z0-9_.:-]{0,39}"

_KEY = re.compile(KEY_PATTERN)
_RUN = re.compile(RUN_PATTERN)
_EVENT = re.compile(EVENT_PATTERN)


def is_key(text: str) -> bool:
    """Whether `text` may name a site, experiment, variation, goal, audience or layer."""
    return _KEY.fullmatch(text) is not None


def run_name(experiment: ExperimentKey, phase: int) -> RunName:
    """The name of an experiment's run in a phase, 1 to LAST_PHASE."""
    return RunName(experiment if phase == 1 else f"{experiment}#{phase}")


def is_run_name(text: str) -> bool:
    """Whether `text` may name a run: each has one spelling, so `hero#1` and `hero#02` are none."""
    return _RUN.fullmatch(text) is not None


def experiment_of(run: RunName) -> ExperimentKey:
    """The experiment that a run is of."""
    return ExperimentKey(run.partition("#")[0])


def phase_of(run: RunName) -> int:
    """The phase that a run is, counted from 1."""
    return int(run.partition("#")[2] or 1)


def is_event_name(text: str) -> bool:
    """Whether `text` may name an event that a page reports."""
    return _EVENT.fullmatch(text) is not None
