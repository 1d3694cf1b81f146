"""What a relay has done since it started, in numbers that add up: received = admitted + refused + waiting.

May not know about sites or visitors: no count has a name that a stranger could choose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.wire.frame import Status

SYNC_BUCKETS_S = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
CALL_BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def _sync_times() -> Histogram:
    return Histogram(
        "leadbright_relay_sync_seconds",
        "Time until a frame was on disk, fdatasync included.",
        buckets=SYNC_BUCKETS_S,
        registry=None,
    )


def _call_times() -> Histogram:
    return Histogram(
        "leadbright_relay_commit_seconds",
        "Time until the aggregator answered frames.",
        buckets=CALL_BUCKETS_S,
        registry=None,
    )


@dataclass(slots=True)
class Counts:
    """Plain numbers, counted up where things happen."""

    received: int = 0
    admitted: int = 0
    """Made durable."""
    refused: dict[Refusal, int] = field(default_factory=lambda: dict.fromkeys(Refusal, 0))
    skewed: int = 0
    """Beacons whose day was more than one off, and was replaced."""
    replies: dict[Status, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))
    """The aggregator's answers to frames."""
    unanswered: int = 0
    """Calls to the aggregator that got no answer."""
    frames_damaged: int = 0
    """Frames that could not be read from disk any more and were declared lost."""
    beacons_damaged: int = 0
    """Beacons in them, as far as that is known."""
    diverged: int = 0
    """Epochs of which the aggregator had another history."""
    sync_s: Histogram = field(default_factory=_sync_times)
    commit_s: Histogram = field(default_factory=_call_times)

    def refuse(self, reason: Refusal) -> None:
        """Count a beacon as received and refused."""
        self.received += 1
        self.refused[reason] += 1

    @property
    def waiting(self) -> int:
        """Beacons received that are neither durable nor refused yet."""
        return self.received - self.admitted - sum(self.refused.values())


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is on disk and has not been counted yet, as far as is known."""

    frames: int
    """Durable frames of this process that are not acknowledged."""
    epochs: int
    """Epochs, those of earlier processes too, of which something may be left to send."""
    bytes_kept: int
    """All segments, those included that are only kept for a restore."""


class RelayCollector:
    """Writes the counts as Prometheus metrics whenever they are asked for."""

    def __init__(self, counts: Counts, backlog: Callable[[], Backlog]) -> None:
        self._counts = counts
        self._backlog = backlog

    def collect(self) -> Iterator[Metric]:
        """Every metric of a relay."""
        counts = self._counts
        for name, meaning, number in (
            ("beacons_received", "Beacons that came in.", counts.received),
            ("beacons_admitted", "Beacons made durable.", counts.admitted),
            ("beacons_skewed", "Beacons whose day was replaced.", counts.skewed),
            ("beacons_damaged", "Beacons lost to a bad disk and declared lost.", counts.beacons_damaged),
            ("frames_damaged", "Frames lost to a bad disk and declared lost.", counts.frames_damaged),
            ("calls_unanswered", "Calls to the aggregator without an answer.", counts.unanswered),
            ("epochs_diverged", "Epochs of which the aggregator had another history.", counts.diverged),
        ):
            yield CounterMetricFamily(f"leadbright_relay_{name}", meaning, number)
        refused = CounterMetricFamily(
            "leadbright_relay_beacons_refused", "Beacons refused, by reason.", labels=("reason",)
        )
        for reason, number in counts.refused.items():
            refused.add_metric((reason.reason,), number)
        yield refused
        replies = CounterMetricFamily("leadbright_relay_replies", "Answers to frames, by status.", labels=("status",))
        for status, number in counts.replies.items():
            replies.add_metric((status.name.lower(),), number)
        yield replies
        backlog = self._backlog()
        for name, meaning, number in (
            ("beacons_waiting", "Beacons that came in and are neither durable nor refused yet.", counts.waiting),
            ("frames_waiting", "Durable frames not committed yet.", backlog.frames),
            ("epochs_waiting", "Epochs with frames not committed yet, those of earlier processes too.", backlog.epochs),
            ("journal_bytes", "Size of the journal, with what is kept for a restore.", backlog.bytes_kept),
        ):
            yield GaugeMetricFamily(f"leadbright_relay_{name}", meaning, number)
        yield from counts.sync_s.collect()
        yield from counts.commit_s.collect()


def registry_of(collector: RelayCollector) -> CollectorRegistry:
    """A registry that holds this relay's metrics, and what its process uses, and nothing else."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry
