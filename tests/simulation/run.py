"""Simulated histories by the thousand: `python -m tests.simulation.run [--histories N] [--seed N]`.

With `--seed` one history alone, with what went wrong in it. May not know how a history goes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.simulation.history import History, run_history, totals


def told(history: History) -> str:
    """A history that went wrong, as one reads it."""
    lines = [f"seed {history.seed}: {len(history.verdict.complaints)} complaints"]
    lines += [f"  {complaint}" for complaint in history.verdict.complaints[:10]]
    return "\n".join([*lines, f"  after {', '.join(history.trail)}"])


def main() -> int:
    """Run them; 1 if any went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="this one alone")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.histories) if asked.seed is None else [asked.seed]
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        histories = [run_history(Path(folder), seed) for seed in seeds]
    wrong = [history for history in histories if not history.verdict.is_right]
    for history in wrong[:20]:
        print(told(history))
    seen = totals(histories)
    for what, times in sorted(seen.items()):
        print(f"{what:36} {times:>9,}")
    verdicts = [history.verdict for history in histories]
    print(
        f"{len(histories):,} histories in {time.perf_counter() - began:.1f} s, {len(wrong)} wrong: "
        f"{sum(v.kept for v in verdicts):,} beacons kept, {sum(v.duplicates for v in verdicts):,} duplicates told, "
        f"{sum(v.set_aside for v in verdicts):,} set aside, {sum(v.excused for v in verdicts):,} on spoiled disks; "
        f"lost {sum(v.lost for v in verdicts)}, double {sum(v.double for v in verdicts)}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
