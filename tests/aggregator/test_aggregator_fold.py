"""Folding many beacons at once is adding their differences one by one, and tallies add up."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.beacon import Admitted
from domain.tally import TOTAL, Cell, Tally, differences, fold
from tests.wire.strategies import beacons

several = st.lists(beacons, max_size=4)
unhurried = [HealthCheck.too_slow]


def _one_by_one(crowd: list[Admitted]) -> Tally:
    tally = Tally()
    for beacon in crowd:
        for entry in beacon.entries:
            for what, sums, dimensions in differences(entry):
                tally.add(Cell(beacon.site, beacon.day, what, TOTAL, ""), sums)
                for dimension in dimensions:
                    if value := getattr(beacon.surroundings, dimension):
                        tally.add(Cell(beacon.site, beacon.day, what, dimension, value), sums)
    return tally


@settings(max_examples=50, deadline=None, suppress_health_check=unhurried)
@given(several)
def test_at_once_or_one_by_one(crowd: list[Admitted]) -> None:
    # Twice over, so that every cell is met again.
    assert fold(crowd + crowd) == _one_by_one(crowd + crowd)


@settings(max_examples=25, deadline=None, suppress_health_check=unhurried)
@given(several, several)
def test_tallies_add_up(some: list[Admitted], others: list[Admitted]) -> None:
    together = fold(some)
    together.merge(fold(others))
    assert together == fold(some + others)
