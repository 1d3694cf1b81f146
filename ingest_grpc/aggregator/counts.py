"""What an aggregator has done since it started, for Prometheus: replies, frames, beacons and the time of commits.

May not know about sites: no metric has a name that a stranger could choose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from ingest_grpc.aggregator.books import Books, Outcome
from ingest_grpc.aggregator.inspection import Fate, Rejection
from ingest_grpc.wire.frame import Status

COMMIT_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def _commit_times() -> Histogram:
    return Histogram(
        "leadbright_aggregator_commit_seconds",
        "Time of a transaction that counts frames, with its wait for the writer.",
        buckets=COMMIT_BUCKETS_S,
        registry=None,
    )


@dataclass(slots=True)
class Counts:
    """Plain numbers, counted up where things happen."""

    replies: Counter[Status] = field(default_factory=Counter)
    fates: Counter[Fate] = field(default_factory=Counter)
    rejections: Counter[Rejection] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    """Of all sites together; they add up to `accepted`."""
    accepted: int = 0
    commit_s: Histogram = field(default_factory=_commit_times)

    def book(self, books: Books) -> None:
        """Add what one transaction wrote into the books of its sites."""
        for accepted, *outcomes in books.values():
            self.accepted += accepted
            for outcome, beacons in zip(Outcome, outcomes, strict=True):
                self.outcomes[outcome] += beacons


class AggregatorCollector:
    """Writes the counts as Prometheus metrics whenever they are asked for."""

    def __init__(self, counts: Counts, waiting: Callable[[], int]) -> None:
        """`waiting` tells how many transactions wait for the writer."""
        self._counts = counts
        self._waiting = waiting

    def collect(self) -> Iterator[Metric]:
        """Every metric of an aggregator."""
        counts = self._counts
        yield CounterMetricFamily(
            "leadbright_aggregator_beacons_accepted", "Beacons that relays had accepted.", counts.accepted
        )
        yield _by(
            "beacons", "What became of them: the outcomes add up to accepted.", "outcome", counts.outcomes, Outcome
        )
        yield _by("beacons_rejected", "Beacons against the rules.", "reason", counts.rejections, Rejection)
        yield _by("frames", "Frames, by what became of them.", "fate", counts.fates, Fate)
        yield _by("replies", "Answers to relays.", "status", counts.replies, Status)
        yield GaugeMetricFamily(
            "leadbright_aggregator_transactions_waiting", "Transactions that wait for the writer.", self._waiting()
        )
        yield from counts.commit_s.collect()


def registry_of(collector: AggregatorCollector) -> CollectorRegistry:
    """A registry that holds this aggregator's metrics, and what its process uses, and nothing else."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry


def _by(name: str, meaning: str, label: str, numbers: Mapping[Any, int], kinds: type[Enum]) -> CounterMetricFamily:
    """One metric with a value for each member of a closed set, those too that never happened."""
    family = CounterMetricFamily(f"leadbright_aggregator_{name}", meaning, labels=(label,))
    for kind in kinds:
        family.add_metric((kind.name.lower(),), numbers.get(kind, 0))
    return family
