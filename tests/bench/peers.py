"""What other snippets weigh, as data: measured once, to stand beside what ours weighs today.

May not know how ours is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

MEASURED = "measured November 2026: bytes raw, gzip -9, brotli 11"


@dataclass(frozen=True, slots=True)
class Snippet:
    """One script that a page loads, and what it weighs in bytes."""

    name: str
    raw: int
    gzip: int
    brotli: int
    does: str


PEERS = (
    Snippet("Umami tracker (minified from source)", 4_566, 2_210, 1_942, "analytics"),
    Snippet("dom-mutator 0.7", 6_483, 2_172, 1_963, "changes to the page only"),
    Snippet("Plausible tracker 0.4.6", 6_581, 2_825, 2_495, "analytics"),
    Snippet("Mojito runtime", 15_539, 5_630, 4_826, "experiments, written as code"),
    Snippet("GrowthBook auto.min.js 1.8.0", 57_742, 17_982, 16_215, "experiments; the payload is one more request"),
    Snippet("Convert js-sdk", 81_876, 21_764, 18_513, "experiments"),
    Snippet("Statsig client and web analytics", 137_647, 37_687, 31_992, "experiments, analytics"),
    Snippet("Amplitude experiment-tag", 170_607, 52_394, 46_279, "experiments"),
    Snippet("PostHog array.js 1.449", 379_782, 121_971, 102_457, "analytics, flags, experiments"),
)
