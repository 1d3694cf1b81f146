"""The big run: `python -m tests.histories [VISITORS [DAYS [SEED]]]`, so many visitors of each kind.

Prints a line for each kind, and every error. May not know what is counted.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.histories.living import KINDS, lived

MOST_SHOWN = 20


def main(visitors: int = 2_000, days: int = 60, seed: int = 1) -> int:
    """1 where any count is wrong."""
    print("| visitors | histories | beacons kept | heard | heard again | never heard | errors | s |", flush=True)
    print("|---|---|---|---|---|---|---|---|", flush=True)
    failed = False
    for name, kind in KINDS.items():
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            histories = lived(kind, visitors, days, seed, Path(folder))
        found = list(kind.errors(histories))
        failed = failed or bool(found)
        numbers = (visitors, len(histories.kept), len(histories.heard), histories.repeats, len(histories.gone))
        took = time.monotonic() - started
        print(f"| {name} | {' | '.join(map(str, numbers))} | {len(found)} | {took:.0f} |", flush=True)
        for error in found[:MOST_SHOWN]:
            print(error, file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
