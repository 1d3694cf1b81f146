"""Whatever goes wrong, and in whichever order: what was confirmed is counted once, and the books balance."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.crash_points import WAYS, crash_points, crashed
from tests.simulation.history import History, run_history, totals
from tests.simulation.run import told

ROOT = Path(__file__).parents[2]
HISTORIES = 48
CRASHES = 24
"""Of all points and ways, so many, evenly spread; `python -m tests.simulation.run --crash-points` takes all."""

MUST_HAPPEN = (
    "relay killed",
    "relay without power",
    "torn tail",
    "failed sync",
    "disk full",
    "aggregators killed",
    "killed between commit and answer",
    "call lost",
    "answer lost",
    "frame repeated",
    "repeated: DUPLICATE",
    "parted",
    "database slow",
    "restored",
    "days passed",
    "OK",
    "GAP",
)
"""Or the histories would prove nothing."""


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> list[History]:
    """The first of them."""
    return [run_history(tmp_path_factory.mktemp("world"), seed) for seed in range(HISTORIES)]


def test_nothing_is_lost_and_nothing_counts_twice(histories: list[History]) -> None:
    wrong = [told(history) for history in histories if not history.verdict.is_right]
    assert not wrong, "\n".join(wrong)
    assert sum(history.verdict.kept for history in histories) > 10 * HISTORIES


def test_everything_that_can_go_wrong_did(histories: list[History]) -> None:
    seen = totals(histories)
    assert not [what for what in MUST_HAPPEN if not seen[what]]
    assert sum(history.verdict.duplicates for history in histories) > HISTORIES


def test_a_seed_tells_the_same_history_in_every_process(histories: list[History], tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tests.simulation.run", "--seed", "7"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    for what, times in histories[7].seen.items():
        assert f"{what:36} {times:>9,}" in said


def test_a_crash_at_any_call_changes_no_count(tmp_path: Path) -> None:
    points = crash_points(tmp_path)
    assert points > 300
    every = points * len(WAYS) // CRASHES
    chosen = [(number // len(WAYS) + 1, WAYS[number % len(WAYS)]) for number in range(0, points * len(WAYS), every)]
    wrong = {crash: v.complaints for crash in chosen if not (v := crashed(tmp_path, *crash)).is_right}
    assert not wrong
