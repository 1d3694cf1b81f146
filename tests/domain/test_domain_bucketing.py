"""Visitors are spread evenly, independently from one experiment to the next, and stay where they are."""

from __future__ import annotations

import mmh3
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from domain.bucketing import bucket, choose, murmur3_32
from domain.experiment import WHOLE

SEEDS = [f"{n * 2654435761 % 2**32:08x}" for n in range(40_000)]


@given(st.binary(max_size=200), st.integers(0, 2**32 - 1))
def test_the_hash_is_the_published_one(data: bytes, seed: int) -> None:
    assert murmur3_32(data, seed) == mmh3.hash(data, seed, signed=False)


def test_visitors_fill_all_hundredths_evenly() -> None:
    counts = [0] * 100
    for seed in SEEDS:
        counts[bucket("hero/variation", seed) // 100] += 1
    assert chisquare(counts).pvalue > 0.001


def test_two_experiments_divide_visitors_independently() -> None:
    table = [[0, 0], [0, 0]]
    for seed in SEEDS:
        table[bucket("hero/variation", seed) // 5000][bucket("price/variation", seed) // 5000] += 1
    assert chisquare([n for row in table for n in row]).pvalue > 0.001


@given(st.lists(st.integers(0, WHOLE), min_size=1, max_size=6), st.integers(0, WHOLE - 1))
def test_a_place_falls_into_the_range_that_holds_it(weights: list[int], place: int) -> None:
    index = choose(weights, place)
    if index is None:
        assert place >= sum(weights)
    else:
        assert sum(weights[:index]) <= place < sum(weights[: index + 1])
