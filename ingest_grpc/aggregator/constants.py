"""How long things are remembered and how many may be kept, with the inequalities that exactly-once rests on.

May not know how any of it is stored.
"""

from __future__ import annotations

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

OUTBOX_MS = 24 * HOUR_MS
"""A browser sends an unacknowledged beacon again for this long."""

RETAIN_MS = 50 * HOUR_MS
"""A relay keeps acknowledged frames for this long."""

BACKLOG_MS = 72 * HOUR_MS
"""Frames sealed longer ago are set aside: repeats among them could no longer be told."""

SKEW_MS = HOUR_MS
"""How far a relay's clock may be off at worst, over the life of a frame."""

NONCE_MS = 97 * HOUR_MS
"""A nonce is recognised for at least this long."""

PERIOD_MS = 49 * HOUR_MS
"""Nonces are kept in periods of this length, and dropped a period at a time."""

LIVE_PERIODS = 3
"""The current period and the ones before it in which a repeat is looked for."""

EPOCH_MS = 400 * DAY_MS
"""A watermark is kept for this long after its last commit: a relay may have nothing to say for long, and go on."""

KEEP_DAYS = 761
"""Days are kept for 25 months; then only their year's totals are."""

BOOK_DAYS = 35
"""Books are kept by the hour for so many days; then by the day, under its first hour."""

BACKUP_MS = 24 * HOUR_MS
"""The database is backed up this often."""

HELLO_SKEW_MS = 5 * 60_000
"""A relay whose clock is off by more is not served."""

QUARANTINE_FRAMES = 10_000
"""Frames kept for a person to look at."""

QUEUED_WRITES = 32
"""Transactions that may wait for the writer; with frames of at most 4 MiB, 128 MiB."""

CAPS = {
    "page": 500,
    "source": 500,
    "campaign": 500,
    "channel": 500,
    "country": 500,
    "platform": 500,
    "browser": 500,
    "device": 500,
    "event": 200,
}
"""Distinct values that one site may have on one day; those that come later are counted as OTHER."""

OTHER = "(other)"

INEQUALITIES = {
    "an acknowledged frame outlives two backups": RETAIN_MS >= 2 * BACKUP_MS + 2 * HOUR_MS,
    "whatever a relay still keeps is still taken": BACKLOG_MS >= RETAIN_MS,
    "a nonce outlives every repeat of its beacon": NONCE_MS >= OUTBOX_MS + BACKLOG_MS + SKEW_MS,
    "the live periods cover a nonce's life": (LIVE_PERIODS - 1) * PERIOD_MS >= NONCE_MS,
    "a watermark outlives every frame of its epoch": EPOCH_MS >= BACKLOG_MS,
}


def check_constants() -> None:
    """Raise ValueError where the constants do not hold each other up."""
    broken = [promise for promise, holds in INEQUALITIES.items() if not holds]
    if broken:
        raise ValueError("the constants of the aggregator break: " + "; ".join(broken))
