"""Runs every benchmark of this folder in a process of its own, then weighs the snippet beside its peers.

A benchmark is `bench_NAME.py`, which prints a table with its ratios when it is run. May not know what is measured.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEADLINE_S = 3_600

sys.path.insert(0, str(ROOT))  # started by path, as `make bench` does

from tests.bench.peers import MEASURED, PEERS  # noqa: E402


def main(wanted: list[str]) -> int:
    """Run all benchmarks, or those whose name contains a word of `wanted`; 1 if any failed."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    chosen = [name for name in names if not wanted or any(word in name for word in wanted)]
    failed = [name for name in chosen if not run(name)]
    if not wanted or "snippet" in wanted:
        weigh_snippet()
    for name in failed:
        print(f"{name} failed", file=sys.stderr)
    return 1 if failed else 0


def run(name: str) -> bool:
    """Run one benchmark to its end or the deadline."""
    print(f"\n## {name.removeprefix('bench_').replace('_', ' ')}\n", flush=True)
    command = [sys.executable, "-m", f"tests.bench.{name}"]
    try:
        return subprocess.run(command, cwd=ROOT, check=False, timeout=DEADLINE_S).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def weigh_snippet() -> None:
    """Print what `lb.js` weighs for three sites, and what others weigh."""
    print("\n## what a visitor loads\n", flush=True)
    subprocess.run([sys.executable, "hatch_build.py", "npm", "run", "--silent", "size"], cwd=ROOT, check=True)
    print(f"\n| others, {MEASURED} | raw | gzip | brotli | does |\n|---|---|---|---|---|")
    for peer in PEERS:
        print(f"| {peer.name} | {peer.raw} | {peer.gzip} | {peer.brotli} | {peer.does} |")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
