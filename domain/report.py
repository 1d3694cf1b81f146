"""Counts as they are asked for: the arms of one run of an experiment, one site's traffic, day by day.

May not know how counts are stored or shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.names import GoalKey, VariationKey
from domain.tally import Sums


@dataclass(frozen=True, slots=True)
class Days:
    """Site-local days since 1970-01-01, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ArmDay:
    """Visitors first exposed to a variation on a day."""

    day: int
    variation: VariationKey
    exposed: int


@dataclass(frozen=True, slots=True)
class GoalDay:
    """What the visitors of a variation did for a goal on a day; `sums.n` counts first conversions."""

    day: int
    variation: VariationKey
    goal: GoalKey
    sums: Sums


@dataclass(frozen=True, slots=True)
class ExperimentCounts:
    """One run of an experiment over a range of days, in order of day, those with nothing counted left out."""

    arm_days: tuple[ArmDay, ...]
    goal_days: tuple[GoalDay, ...]


@dataclass(frozen=True, slots=True)
class TrafficDay:
    """One day of a site."""

    day: int
    visitors: int
    sessions: int
    views: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Page views by one dimension, greatest first."""

    dimension: str
    rows: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class TrafficCounts:
    """One site over a range of days."""

    visitors: int
    visitors_exact: bool
    """Up to 32 days, from the first day of a quarter or a year on within it, and over all that was ever counted; else
    `visitors` is an upper bound."""
    sessions: int
    views: int
    bounces: int
    days: tuple[TrafficDay, ...]
    breakdowns: tuple[Breakdown, ...]


@dataclass(frozen=True, slots=True)
class LiveCounts:
    """What one commit added to a site's counts."""

    visitors: int
    views: int
    exposures: int
    conversions: int
