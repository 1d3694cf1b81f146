"""What git says of a definition folder: the commit that it is at, and whether everything in it is committed.

May not know why that is asked. Outside of git the answers are "none" and "no".
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

DEADLINE_S = 10


def revision_of(folder: Path) -> str:
    """The commit that the definition is at, with a + where it was changed since; empty outside of git."""
    return _git(folder, "describe", "--always", "--exclude=*", "--dirty=+") or ""


def is_committed(folder: Path, names: Iterable[str]) -> bool:
    """Whether git has all of these files just as they are."""
    listed = sorted(names)
    tracked = _git(folder, "ls-files", "-z", "--", *listed)
    changed = _git(folder, "status", "--porcelain", "-z", "--ignored", "--untracked-files=all", "--", *listed)
    return changed == "" and tracked is not None and sorted(filter(None, tracked.split("\0"))) == listed


def in_repository(folder: Path) -> str:
    """The folder as its repository names it; outside of git as it is named from here. `.` for the root of either."""
    prefix = _git(folder, "rev-parse", "--show-prefix")
    if prefix is not None:
        return prefix.rstrip("/") or "."
    whole, here = folder.resolve(), Path.cwd()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else folder.as_posix()


def _git(folder: Path, *arguments: str) -> str | None:
    """What git answers; None where it does not, or is not there."""
    command = ["git", "-C", str(folder), *arguments]
    environment = {**os.environ, "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are ours, and names after --
            command, capture_output=True, text=True, check=False, timeout=DEADLINE_S, env=environment
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
