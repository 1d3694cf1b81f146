"""Which folder is the journal of which relay worker, and what becomes of the journals of workers that are no more.

May not know what a segment says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from leadbright.data_folder import held

FIRST = 1
"""The worker that a relay of one process is."""

_OTHER = re.compile(r"journal-([0-9]+)")


def journal_of(data: Path, worker: int) -> Path:
    """Where a worker keeps its segments."""
    return data / ("journal" if worker == FIRST else f"journal-{worker}")


def former_journals(data: Path, workers: int) -> list[Path]:
    """The journals that workers beyond the present number have left."""
    found = [(folder, _OTHER.fullmatch(folder.name)) for folder in sorted(data.iterdir()) if folder.is_dir()]
    return [folder for folder, match in found if match is not None and int(match[1]) > workers]


def take_over(journal: Path, former: Iterable[Path]) -> None:
    """Move the segments of other journals into this one; OSError where a process still works in one of them.

    The names of segments hold their epochs, so that no two are alike.
    """
    for folder in former:
        with held(folder.with_suffix(".lock")):
            journal.mkdir(parents=True, exist_ok=True)
            for segment in sorted(folder.glob("*.seg")):
                segment.rename(journal / segment.name)
            for changed in (journal, folder):
                _sync(changed)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
