"""What a relay has done since it started, in numbers that add up: received = admitted + refused + waiting.

May not know about sites or visitors: no count has a name that a stranger could choose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.wire.frame import Status


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

    def refuse(self, reason: Refusal) -> None:
        """Count a beacon as received and refused."""
        self.received += 1
        self.refused[reason] += 1

    @property
    def waiting(self) -> int:
        """Beacons received that are neither durable nor refused yet."""
        return self.received - self.admitted - sum(self.refused.values())


class RelayCollector:
    """Writes the counts as Prometheus metrics whenever they are asked for."""

    def __init__(self, counts: Counts, backlog: Callable[[], int]) -> None:
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
        yield GaugeMetricFamily("leadbright_relay_frames_waiting", "Durable frames not committed yet.", self._backlog())


def registry_of(collector: RelayCollector) -> CollectorRegistry:
    """A registry that holds this relay's metrics and nothing else."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    return registry
