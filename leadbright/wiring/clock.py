"""The time of this machine, for whoever is handed a clock.

May not know what it is used for.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Milliseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000_000


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
