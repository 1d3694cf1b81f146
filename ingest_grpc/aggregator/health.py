"""How a site fares, from the cells: its views, its experiments' faults and exposures, its goals.

May not know what is made of it, or how answers travel.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.health import ArmCounts, ArmName, GoalCounts, HealthCounts, OpCounts, OpName
from domain.names import GoalKey, RunName, VariationKey
from ingest_grpc.aggregator.dialect import Row

_PATHS = " OR ".join(
    f"(what >= '{path}/' AND what < '{path}0')" for path in ("exposed", "converted", "ok", "miss", "error")
)

HEALTH = f"""SELECT what, CAST(SUM(n) AS bigint) AS n FROM counts_cell
             WHERE site = ? AND dimension = '' AND day BETWEEN ? AND ? AND (what = 'views' OR {_PATHS})
             GROUP BY what ORDER BY what"""  # noqa: S608 - our own words only
"""Takes a site, its first day and its last."""


def health_of(rows: Iterable[Row]) -> HealthCounts:
    """The counts that `HEALTH` found."""
    views, ops, arms, goals = 0, dict[OpName, dict[str, int]](), list[ArmCounts](), list[GoalCounts]()
    for what, n in rows:
        match what.split("/"):
            case ["views"]:
                views = n
            case ["exposed", run, variation]:
                arms.append(ArmCounts(ArmName(RunName(run), VariationKey(variation)), n))
            case ["converted", goal]:
                goals.append(GoalCounts(GoalKey(goal), None, n))
            case ["converted", goal, run, variation]:
                goals.append(GoalCounts(GoalKey(goal), ArmName(RunName(run), VariationKey(variation)), n))
            case [outcome, run, variation, op]:
                ops.setdefault(OpName(RunName(run), VariationKey(variation), int(op)), {})[outcome] = n
    found = (OpCounts(name, n.get("ok", 0), n.get("miss", 0), n.get("error", 0)) for name, n in sorted(ops.items()))
    return HealthCounts(views, tuple(found), tuple(arms), tuple(goals))
