"""Many sites of 20 experiments: one process beside two, what is passed over by fingerprint, and what memory does.

A bounded number is compiled, and 10,000 reckoned from it. May not know how a site is compiled.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from config_compiler.compiler import Deployment
from config_compiler.fingerprint import fingerprint
from config_compiler.source import Source
from leadbright.definition_folder import read_definition
from leadbright.fleet import Fleet, Outcome, Unchanged, Written, compile_fleet
from tests.bench.bench_compile import site
from tests.stand_in import RUNTIME

SITES = 240
WHOLE_FLEET = 10_000
PROCESSES = 2
BUDGET_S = 36.0
"""For everything; fewer sites are taken where a machine is slow."""

DIGESTED = 4_000


def fleet_in(root: Path, count: int) -> list[Path]:
    """Folders of sites that differ in every selector and text."""
    files = site(20).files
    folders = [root / f"s{n}" for n in range(count)]
    for n, folder in enumerate(folders):
        (folder / "experiments").mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text.replace("hero", f"hero{n}-").replace("site: shop", f"site: s{n}"), "utf-8")
    return folders


def main() -> int:
    """Print the table; 1 where a site was refused."""
    with tempfile.TemporaryDirectory() as root:
        return _measured(Path(root))


def _measured(root: Path) -> int:
    fleet = Fleet(RUNTIME, Deployment("https://relay.example"), root / "out")
    probe = fleet_in(root / "probe", 8)
    start = time.monotonic()
    list(compile_fleet(fleet, probe, {}, 1))
    each_s = (time.monotonic() - start) / len(probe)
    count = max(12, min(SITES, int(BUDGET_S / 3 / each_s)))
    folders = fleet_in(root / "sites", count)
    print(f"{count} sites of 20 experiments; {WHOLE_FLEET:,} are reckoned from them; {os.cpu_count()} cores\n")
    print(f"| | s | sites/s | ratio | {WHOLE_FLEET:,} sites |\n|---|---|---|---|---|")
    busy = _busy_s()
    early, late, done, alone = _alone(fleet, folders)
    busy_alone, busy = _busy_s() - busy, _busy_s()
    _row("one process", count, alone, 1.0)
    shared, outcomes = _timed(compile_fleet(fleet, folders, {}, PROCESSES))
    busy_shared = _busy_s() - busy
    _row(f"{PROCESSES} processes, their start included", count, shared, alone / shared)
    known = {each.folder: each.fingerprint for each in done if isinstance(each, Written)}
    skipping, passed = _timed(compile_fleet(fleet, folders, known, 1))
    _row("unchanged, read from its folder and passed over", count, skipping, alone / skipping)
    digesting = _digesting(fleet, folders)
    _row("unchanged, its text already at hand", DIGESTED, digesting, alone / count * DIGESTED / digesting)
    print(f"\nprocessor time: {busy_alone:.2f} s alone, {busy_shared:.2f} s shared out, so that on {PROCESSES} cores")
    print(f"which nothing else keeps busy the ratio would be {PROCESSES * busy_alone / busy_shared:.2f}")
    print(f"\nmost memory: {early:,.0f} MB after {count // 4} sites, {late:,.0f} MB after {count}")
    fine = len(known) == len(folders) and all(isinstance(each, Unchanged) for each in passed)
    return 0 if fine and len(outcomes) == count else 1


def _alone(fleet: Fleet, folders: list[Path]) -> tuple[float, float, list[Outcome], float]:
    start = time.monotonic()
    running = compile_fleet(fleet, folders, {}, 1)
    done = list(islice(running, len(folders) // 4))
    early = _peak_mb()
    done += running
    return early, _peak_mb(), done, time.monotonic() - start


def _timed(running: Iterator[Outcome]) -> tuple[float, list[Outcome]]:
    start = time.monotonic()
    outcomes = list(running)
    return time.monotonic() - start, outcomes


def _digesting(fleet: Fleet, folders: list[Path]) -> float:
    common, sources = fleet.basis, [_detached(read_definition(folder)) for folder in folders[:50]]
    start = time.monotonic()
    for n in range(DIGESTED):
        fingerprint(common, sources[n % len(sources)])
    return time.monotonic() - start


def _detached(source: Source) -> Source:
    return Source(dict(source.files))


def _busy_s() -> float:
    """Of this process and of those that it has started and that have ended."""
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(each.ru_utime + each.ru_stime for each in (mine, theirs))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _row(what: str, count: int, seconds: float, ratio: float) -> None:
    rate = count / seconds
    print(f"| {what} | {seconds:.2f} | {rate:,.0f} | {ratio:,.2f} | {WHOLE_FLEET / rate:,.1f} s |")


if __name__ == "__main__":
    sys.exit(main())
