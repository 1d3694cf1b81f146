"""Small programs that stand in for roles in tests of the supervisor.

May not know Leadbright.
"""

from __future__ import annotations

import sys
from pathlib import Path

from leadbright.readiness import Probe

LASTING = """
import os, signal, sys, threading
mark = sys.argv[1]
open(mark, "a").write(f"{os.getpid()}\\n")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
signal.pause()
"""
"""Notes its process id, and stays until told to go or until its standard input ends."""

DEAF = LASTING.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")
"""Does not listen to SIGTERM."""


def command(program: str, mark: Path) -> tuple[str, ...]:
    """How to start one."""
    return (sys.executable, "-c", program, str(mark))


def lives(mark: Path) -> list[int]:
    """The process ids of everyone who was started with this mark, in order."""
    return [int(line) for line in mark.read_text().split()] if mark.exists() else []


def has_begun(mark: Path, times: int = 1) -> Probe:
    """Ready once it was started so often."""

    async def probe() -> bool:
        return len(lives(mark)) >= times

    return probe


def is_alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def are_gone(pids: list[int]) -> Probe:
    """Ready once none of these processes is there any more."""

    async def probe() -> bool:
        return not any(map(is_alive, pids))

    return probe
