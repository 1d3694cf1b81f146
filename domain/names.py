"""The names that identify things, each its own type so that two of them cannot be swapped.

May not know what the names stand for.
"""

from __future__ import annotations

import re
from typing import NewType

SiteKey = NewType("SiteKey", str)
ExperimentKey = NewType("ExperimentKey", str)
VariationKey = NewType("VariationKey", str)
GoalKey = NewType("GoalKey", str)
EventName = NewType("EventName", str)
LayerKey = NewType("LayerKey", str)
AudienceKey = NewType("AudienceKey", str)

KEY_PATTERN = r"[a-z][a-z0-9-]{0,39}"
EVENT_PATTERN = r"[a-z0-9][a-z0-9_.:-]{0,39}"

_KEY = re.compile(KEY_PATTERN)
_EVENT = re.compile(EVENT_PATTERN)


def is_key(text: str) -> bool:
    """Whether `text` may name a site, experiment, variation, goal, audience or layer."""
    return _KEY.fullmatch(text) is not None


def is_event_name(text: str) -> bool:
    """Whether `text` may name an event that a page reports."""
    return _EVENT.fullmatch(text) is not None
