"""The battles T1 to T3: as they are meant, and as short as they fit into the suite.

May not know how a battle is fought.
"""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.battle import Plan

T1 = Plan("T1", seconds=600, per_s=500, kill_every_s=(5, 15))
"""Kills, frozen processes, a net that loses things."""

T2 = replace(T1, name="T2", again=3, withheld=0.3)
"""Besides, every frame arrives up to four times, and three of ten beacons go to both relays."""

T3 = Plan("T3", seconds=900, per_s=500, loses=0.0, outage=(120, 600))
"""The database is away for ten minutes."""

FULL = (T1, T2, T3)

SHORT = (
    replace(T2, seconds=9, per_s=120, kill_every_s=(0.3, 0.8), freeze_s=(0.2, 0.8)),
    replace(T3, seconds=5, per_s=120, outage=(1, 3)),
)
"""T1 is part of T2."""
