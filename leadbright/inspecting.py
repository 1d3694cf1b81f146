"""Looks a release over before it goes live: its files are read back as browsers and relays will, and must agree.

The compiler and the snippet share the vectors of `tests/conformance`; here they are held to this one release. What is
found is a fault of Leadbright, or of files that were changed under way, never of a definition. May not know where a
release goes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from config_compiler.carried_back import Strange, config_of, values_of
from config_compiler.emit import canonical
from config_compiler.link import USED_WHEN
from config_compiler.plan_json import plan_json
from config_compiler.template import Runtime
from domain.artifact import ArtifactSet, digest_of
from domain.bucketing import murmur3_32
from domain.condition import All, AnyOf, Condition, Field, OneOf, Test
from domain.plan import PageTest, Plan
from domain.targeting import decide
from domain.visits import Visit
from leadbright.doubts import Doubt, Refused
from leadbright.plan_file import read_plan
from leadbright.rules_file import read_rules

MOST_PAGES = 8
SEEDS = tuple(f"{murmur3_32(bytes([place])):08x}" for place in range(24))
"""Visitors who are tried: the same each time, so that a refusal can be seen again."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release as browsers and relays read it: `carried` is the plan that `lb.js` has."""

    plan: Plan
    carried: Plan
    artifacts: ArtifactSet


def inspect(artifacts: ArtifactSet, runtime: Runtime) -> Release | Refused:
    """Read a release back; what is wrong with it, where something is. `runtime` is what it was linked with."""
    read = _read(artifacts, runtime)
    if isinstance(read, Refused):
        return read
    return next((found for check in CHECKS if (found := check(read))), read)


def _read(artifacts: ArtifactSet, runtime: Runtime) -> Release | Refused:
    bodies = {artifact.name: artifact.body for artifact in artifacts.artifacts}
    try:
        plan = read_plan(bodies["config.json"])
    except ValueError as error:
        return Refused(Doubt.UNREAD, str(error))
    if canonical(plan_json(plan)) != bodies["config.json"]:
        return Refused(Doubt.UNREAD, "written again it is other bytes")
    uses = frozenset(feature for feature, used in USED_WHEN.items() if used(plan))
    values = values_of(bodies["lb.js"].decode(), runtime, uses)
    if isinstance(values, Strange):
        return Refused(Doubt.STRANGE, f"from character {values.at:,} on it says {values.text!r}")
    return _with_carried(plan, values, bodies["config.json"], artifacts)


def _with_carried(plan: Plan, values: Mapping[str, Any], config: bytes, artifacts: ArtifactSet) -> Release | Refused:
    if values.get("digest", digest_of(config)) != digest_of(config):
        return Refused(Doubt.OTHER_PLAN, f"it goes by {values['digest']}, and config.json is {digest_of(config)}")
    try:
        carried = read_plan(json.dumps(config_of(values, json.loads(config))).encode())
    except (ValueError, TypeError, KeyError) as error:
        return Refused(Doubt.OTHER_PLAN, str(error))
    return Release(plan, carried, artifacts)


def _refuse_other_variations(release: Release) -> Refused | None:
    if release.plan == release.carried:
        return None  # decisions come of the plan alone
    for visit in _visits(release.plan):
        for seed in SEEDS:
            meant = decide(release.plan, visit, seed, {})
            if (made := decide(release.carried, visit, seed, {})) != meant:
                run = next(run for run in (*meant, *made) if meant.get(run) != made.get(run))
                return Refused(Doubt.OTHER_VARIATION, f"visitor {seed} on {visit.url}, in {run}")
    return None


def _refuse_other_plan(release: Release) -> Refused | None:
    if release.plan == release.carried:
        return None
    names = [
        each.name for each in fields(Plan) if getattr(release.plan, each.name) != getattr(release.carried, each.name)
    ]
    return Refused(Doubt.OTHER_PLAN, f"they differ in {', '.join(names)}")


def _refuse_unknown_to_relays(release: Release) -> Refused | None:
    bodies = {artifact.name: artifact.body for artifact in release.artifacts.artifacts}
    try:
        rules = read_rules(bodies["relay.json"])
    except ValueError as error:
        return Refused(Doubt.UNKNOWN_TO_RELAYS, str(error))
    variations, goals = dict(rules.experiments), {goal for goal, _ in rules.caps}
    plan = release.plan
    missing = [
        f"{x.run}/{arm.key}" for x in plan.experiments for arm in x.arms if arm.key not in variations.get(x.run, ())
    ]
    missing += [goal.key for goal in plan.goals if goal.key not in goals]
    missing += [plan.site] if (plan.site, plan.timezone) != (rules.site, rules.timezone) else []
    return Refused(Doubt.UNKNOWN_TO_RELAYS, ", ".join(missing)) if missing else None


CHECKS: tuple[Callable[[Release], Refused | None], ...] = (
    _refuse_other_variations,
    _refuse_other_plan,
    _refuse_unknown_to_relays,
)
"""What a release is held to once it was read; the first refusal ends it."""


def _visits(plan: Plan) -> Iterator[Visit]:
    """Newcomers as anybody, and as each audience asks for, on pages that the plan names."""
    traits = {tuple(sorted(_traits(x.who).items())): None for x in plan.experiments}
    for url in pages_of(plan, "https://visited.invalid"):
        yield Visit(url)
        for each in traits:
            yield Visit(url, **dict(each))  # type: ignore[arg-type]


def _traits(who: Condition) -> dict[str, str]:
    """What an audience names first of all that a visit may be."""
    match who:
        case Test(subject, OneOf((value, *_))) if subject.field in _TRAITS:
            return {subject.field.value: value}
        case All(parts) | AnyOf(parts):
            return {name: value for part in reversed(parts) for name, value in _traits(part).items()}
        case _:
            return {}


_TRAITS = (Field.DEVICE, Field.PLATFORM, Field.BROWSER, Field.COUNTRY, Field.LANGUAGE, Field.CHANNEL, Field.VISITOR)


def pages_of(plan: Plan, origin: str) -> tuple[str, ...]:
    """Addresses on which experiments run, as far as that can be told from their tests; the first page is always one."""
    tests = [test for x in plan.experiments for test in x.include]
    paths = dict.fromkeys(["/", *(path for test in tests if (path := _path(test)))])
    return tuple(f"{origin}{path}" for path in paths)[:MOST_PAGES]


def _path(test: PageTest) -> str:
    if test.kind not in ("=", "^"):
        return ""
    query = "&".join(f"{name}={value}" for name, value in test.query)
    return f"{test.value}?{query}" if query else test.value
