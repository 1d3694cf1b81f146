"""Simulated histories by the thousand: `python -m tests.simulation.run [--histories N] [--first SEED]`.

With `--seed N` one history alone, with what went wrong in it; with `--mutants` the table of the protocol's rules, each
switched off; with `--crash-points` one story with a crash at each of its calls. May not know how a history goes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.simulation.crash_points import WAYS, crash_points, crashed
from tests.simulation.history import History, run_history, totals
from tests.simulation.mutants import MUTANTS, caught


def told(history: History) -> str:
    """A history that went wrong, as one reads it."""
    lines = [f"seed {history.seed}: {len(history.verdict.complaints)} complaints"]
    lines += [f"  {complaint}" for complaint in history.verdict.complaints[:10]]
    return "\n".join([*lines, f"  after {', '.join(history.trail)}"])


def tell_mutants() -> int:
    """The table of rules that are off; 1 if one of them does no harm that is noticed."""
    print("| the protocol, but for one rule | rule | does harm | noticed in | first complaint |\n|---|---|---|---|---|")
    unnoticed = 0
    with tempfile.TemporaryDirectory() as folder:
        for mutant in MUTANTS:
            history = caught(Path(folder), mutant)
            unnoticed += history is None
            where = "nowhere" if history is None else f"history {history.seed}"
            why = "" if history is None else history.verdict.complaints[0]
            print(f"| {mutant.name} | {mutant.rule} | {mutant.breaks} | {where} | {why} |", flush=True)
    print(f"\n{len(MUTANTS)} mutants, {unnoticed} unnoticed")
    return 1 if unnoticed else 0


def tell_crash_points() -> int:
    """One story, crashed at each of its calls in each way; 1 if any went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        points = crash_points(Path(folder))
        crashes = [(point, way) for point in range(1, points + 1) for way in WAYS]
        wrong = [c for c in crashes if not crashed(Path(folder), *c).is_right]
    print(f"{points} calls, {len(crashes)} crashes, {len(wrong)} wrong {wrong[:10]}")
    return 1 if wrong else 0


def main() -> int:
    """Run them; 1 if any went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--mutants", action="store_true", help="each rule of the protocol switched off")
    parser.add_argument("--crash-points", action="store_true", help="a crash at every call of one story")
    asked = parser.parse_args()
    if asked.mutants:
        return tell_mutants()
    if asked.crash_points:
        return tell_crash_points()
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
