"""A published `relay.json` read back into what relays need of a site; `docs/formats.md` describes it.

May not know what a relay does with it.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from config_compiler.lower import RelayRules
from domain.names import GoalKey, RunName, SiteKey, VariationKey


class _Goal(Struct):
    cap: int


class _Rules(Struct):
    v: Literal[1]
    site: str
    timezone: str
    domains: list[str]
    experiments: dict[str, list[str]]
    goals: dict[str, _Goal]


def read_rules(body: bytes) -> RelayRules:
    """The rules that these bytes hold, in order of name. Raises ValueError where they are none."""
    found = msgspec.json.decode(body, type=_Rules)
    runs = sorted(found.experiments.items())
    return RelayRules(
        site=SiteKey(found.site),
        timezone=found.timezone,
        domains=tuple(found.domains),
        experiments=tuple((RunName(run), tuple(map(VariationKey, keys))) for run, keys in runs),
        caps=tuple((GoalKey(key), goal.cap) for key, goal in sorted(found.goals.items())),
    )
