"""Runs every test in parts, shows what they say as they say it, and ends with one line that sums them up.

Synchronous Playwright shares a process neither with asyncio tests nor with a second one of itself, hence the
parts. May not know any single test.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BROWSER_TESTS = ("tests/snippet", "tests/e2e")
PYTEST = (sys.executable, "-m", "pytest")

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_NODE_COUNT = re.compile(r"^(?:#|ℹ) (pass|fail|cancelled) (\d+)$")
_PYTEST_SUMMARY = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+) in [0-9.]+s")
_PYTEST_COUNT = re.compile(r"(\d+) ([a-z]+)")
_PASSED = ("pass", "passed")
_FAILED = ("fail", "cancelled", "failed", "error", "errors")


@dataclass(frozen=True, slots=True)
class Part:
    """One process that runs tests; a part that runs none has failed."""

    name: str
    command: tuple[str, ...]
    deadline_s: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tests passed and failed."""

    passed: int = 0
    failed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.failed + other.failed)


PARTS = (
    Part("TypeScript", (sys.executable, "hatch_build.py", "npm", "test"), 600),
    Part("Python", (*PYTEST, "tests", *(f"--ignore={folder}" for folder in BROWSER_TESTS)), 2400),
    *(Part(folder, (*PYTEST, folder), 1500) for folder in BROWSER_TESTS),
    Part("tests/snippet in Firefox", (*PYTEST, "tests/snippet", "--engine", "firefox"), 1500),
)


def counted(line: str) -> Counts:
    """What a line of a runner's output says of its tests: nothing, for most lines."""
    line = _ANSI.sub("", line).strip()
    if node := _NODE_COUNT.match(line):
        return _counts([(node[2], node[1])])
    if summary := _PYTEST_SUMMARY.match(line):
        return _counts(_PYTEST_COUNT.findall(summary[1]))
    return Counts()


def run(part: Part) -> Counts:
    """Run one part to its end or its deadline. A part that went wrong without a failed test counts as one."""
    print(f"\n── {part.name} ──", flush=True)
    process = subprocess.Popen(
        part.command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    watchdog = threading.Timer(part.deadline_s, _end, [process])
    watchdog.start()
    counts = Counts()
    assert process.stdout is not None
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            counts += counted(line)
        status = process.wait()
    finally:
        watchdog.cancel()
        if process.poll() is None:
            _end(process)
    if (status or not counts.passed) and not counts.failed:
        print(f"{part.name}: status {status}, {counts.passed} passed", flush=True)
        counts += Counts(failed=1)
    return counts


def main() -> int:
    """Run all parts, whatever they answer; the exit status."""
    started = time.monotonic()
    total = sum((run(part) for part in PARTS), Counts())
    print(f"\nall parts took {time.monotonic() - started:.0f} s")
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return 1 if total.failed else 0


def _counts(pairs: list[tuple[str, str]]) -> Counts:
    return Counts(
        sum(int(n) for n, word in pairs if word in _PASSED),
        sum(int(n) for n, word in pairs if word in _FAILED),
    )


def _end(process: subprocess.Popen[str]) -> None:
    """End the part and what it started."""
    os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
