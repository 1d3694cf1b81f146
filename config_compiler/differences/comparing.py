"""Everything that a new release would change for a site's visitors, from what is live and what would be.

Pure. May not know where either comes from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config_compiler.differences import experiments, sites, words
from config_compiler.differences.difference import Difference, Kind
from config_compiler.lower import RelayRules
from domain.plan import Plan, PlannedExperiment
from domain.site import Site


@dataclass(frozen=True, slots=True)
class Side:
    """One release: what browsers and relays read of it, and the bytes of its `lb.js`."""

    plan: Plan
    rules: RelayRules
    script: bytes


def compare(now: Side, new: Side, site: Site | None, ran: Iterable[PlannedExperiment]) -> tuple[Difference, ...]:
    """Every difference, experiments first; `site` is what `new` was compiled from, `ran` what ran before `now`.

    Where it is not known what `new` was compiled from, less is known of what ends, and of places in layers.
    """
    before = {x.key: x for x in ran}
    found = [
        *experiments.differences(now.plan, new.plan, site, before),
        *sites.differences(now.plan, new.plan),
        *sites.differences_of_rules(now.rules, new.rules, new.plan),
    ]
    if now.script != new.script and (now.plan == new.plan or not found):
        found.append(Difference(sites.SITE, Kind.CODE, "", _size(now.script), _size(new.script)))
    return tuple(found)


def begin(new: Side) -> tuple[Difference, ...]:
    """What a first release brings: every experiment that runs."""
    return tuple(Difference(x.key, Kind.STARTS, after=words.variations(x)) for x in new.plan.experiments)


def _size(script: bytes) -> str:
    return f"{len(script):,} bytes"
